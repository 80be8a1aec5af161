import http from 'node:http';
import https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Component } from './components.ts';
import type { Places } from './places.ts';
import { commandLine, logFile, logTail, runningProcess } from './processes.ts';

const READY_TIMEOUT_MS = 60_000;
const REQUEST_TIMEOUT_MS = 2_000;
const POLL_MS = 25;

/** Waits until a daemon says that it is well; fails at once, with the end of its log, when it has died. */
export async function healthy(places: Places, component: Component): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (!(await answersOk(`${component.health.url}${component.health.path}`))) {
    const failure = !runningProcess(places, component.name, commandLine(component)[1]!)
      ? 'stopped'
      : Date.now() > deadline
        ? `is not healthy after ${READY_TIMEOUT_MS / 1000} s`
        : undefined;
    if (failure) {
      throw new Error(
        `${component.name} ${failure}; the end of ${logFile(places, component.name)}:\n${logTail(places, component.name)}`,
      );
    }
    await sleep(POLL_MS);
  }
}

/** Only a question of life on the loopback, which carries no secret: the certificate need not be of our authority. */
function answersOk(url: string): Promise<boolean> {
  const options = { timeout: REQUEST_TIMEOUT_MS, rejectUnauthorized: false, agent: false as const };
  return new Promise((resolve) => {
    const get = url.startsWith('https:') ? https.get : http.get;
    const request = get(url, options, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy(new Error('timeout')));
    request.on('error', () => resolve(false));
  });
}
