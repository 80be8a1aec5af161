import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import Docker from 'dockerode';
import type { Places } from './places.ts';
import { logTail, runningProcess, startProcess, stopProcess } from './processes.ts';

const run = promisify(execFile);
const SOCKET = '/var/run/docker.sock';
export const DOCKER_ENDPOINT = `unix://${SOCKET}`;
const READY_TIMEOUT_MS = 60_000;
const APT_TIMEOUT_MS = 600_000;
const POLL_MS = 100;

/**
 * The engine we start ourselves makes no bridge and no iptables rules: pods have the kubelet's network, and so there
 * is nothing to clean up after it. An engine that already answers is used as it is.
 */
const DOCKERD_FLAGS = [
  '--bridge=none',
  '--iptables=false',
  '--ip6tables=false',
  '--ip-forward=false',
  '--live-restore',
];

export function docker(): Docker {
  return new Docker({ socketPath: SOCKET });
}

/** Installs by apt what is missing of the programs that the daemons call. */
export async function ensurePrograms(): Promise<string> {
  const wanted: [program: string, debianPackage: string][] = [
    ['dockerd', 'docker.io'],
    ['iptables-restore', 'iptables'],
    ['ip', 'iproute2'],
    ['nsenter', 'util-linux'],
    // kube-proxy ends with it the UDP flows to endpoints that have gone.
    ['conntrack', 'conntrack'],
  ];
  const missing = [...new Set(wanted.filter(([program]) => !onPath(program)).map(([, name]) => name))];
  // An engine may be there without its daemon on PATH (a remote or rootless one behind the socket).
  const needed = (await answers()) ? missing.filter((name) => name !== 'docker.io') : missing;
  if (needed.length === 0) return 'nothing missing';
  if (!onPath('apt-get'))
    throw new Error(`missing: ${needed.join(', ')}. Install them and run this again (there is no apt-get here)`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['-qq', 'update'], { env, timeout: APT_TIMEOUT_MS });
  await run('apt-get', ['-qq', 'install', '-y', '--no-install-recommends', ...needed], {
    env,
    timeout: APT_TIMEOUT_MS,
    maxBuffer: 1 << 26,
  });
  return `installed ${needed.join(', ')}`;
}

/** Starts dockerd when no engine answers. */
export async function ensureEngine(places: Places): Promise<string> {
  let how = 'already running';
  if (!(await answers())) {
    if (existsSync('/run/systemd/system')) {
      await run('systemctl', ['start', 'docker'], { timeout: READY_TIMEOUT_MS });
      how = 'started by systemd';
    } else {
      startProcess(places, 'dockerd', ['dockerd', ...DOCKERD_FLAGS]);
      how = 'started';
    }
    await answered(places);
  }
  const version = await docker().version();
  return `${how}, version ${version.Version}`;
}

/** Stops the engine if it is one of ours and nobody else's container needs it. */
export async function stopEngine(places: Places): Promise<string> {
  if (!runningProcess(places, 'dockerd', DOCKERD_FLAGS[0]!)) return 'not ours, left running';
  const containers = await docker().listContainers();
  if (containers.length > 0) return `left running, ${containers.length} containers of others need it`;
  await stopProcess(places, 'dockerd', DOCKERD_FLAGS[0]!);
  return 'stopped';
}

export async function answers(): Promise<boolean> {
  try {
    await docker().ping();
    return true;
  } catch (error) {
    if (['ENOENT', 'ECONNREFUSED', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

async function answered(places: Places): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (!(await answers())) {
    if (Date.now() > deadline) throw new Error(`no Docker engine answers on ${SOCKET}\n${logTail(places, 'dockerd')}`);
    await sleep(POLL_MS);
  }
}

export function onPath(program: string): boolean {
  const folders = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`.split(':');
  return folders.some((folder) => folder !== '' && existsSync(`${folder}/${program}`));
}
