import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { namespace, port, query, service, shown } from './core/made-up.ts';

/** The daemon as a process, with a file for a cluster. */
const folder = mkdtempSync(join(tmpdir(), 'cluster-dns-'));
const snapshot = join(folder, 'snapshot.json');
afterAll(() => rmSync(folder, { recursive: true }));

const main = new URL('main.ts', import.meta.url).pathname;
const started: ChildProcess[] = [];
function start(...flags: string[]) {
  const child = spawn(process.execPath, [main, '--bind-address=127.0.0.1', '--upstream=none', ...flags], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  started.push(child);
  return child;
}
afterAll(() => started.forEach((child) => child.kill('SIGKILL')));

let daemon: ChildProcess;
let dnsPort = 0;
const ready = async (): Promise<number> => (await fetch(`http://127.0.0.1:${httpPort}/ready`)).status;
let httpPort = 0;

beforeAll(async () => {
  const objects = [
    { kind: 'Namespace', ...namespace('ns') },
    { kind: 'Service', ...service('web', { clusterIP: '10.96.0.1', ports: [port('http', 80)] }) },
  ];
  writeFileSync(snapshot, JSON.stringify({ kind: 'List', items: objects }));
  const free = createSocket('udp4').bind(0, '127.0.0.1');
  await once(free, 'listening');
  httpPort = free.address().port;
  free.close();
  daemon = start(
    `--static-snapshot=${snapshot}`,
    '--port=0',
    '--lameduck=200ms',
    '--health-bind-address=',
    `--ready-bind-address=127.0.0.1:${httpPort}`,
    '--metrics-bind-address=127.0.0.1:0',
  );
  for await (const line of createInterface({ input: daemon.stderr! })) {
    const { msg, port: told } = JSON.parse(line) as { msg: string; port?: number };
    if (msg === 'answering') dnsPort = told ?? 0;
    if (msg === 'serving a file') break;
  }
  daemon.stderr!.resume();
});

async function ask(name: string): Promise<Buffer> {
  const socket = createSocket('udp4');
  socket.send(query(name, 'A'), dnsPort, '127.0.0.1');
  const [answer] = (await once(socket, 'message')) as [Buffer];
  socket.close();
  return answer;
}

it('answers from a file, and says that it is ready', async () => {
  expect(shown(await ask('web.ns.svc.cluster.local')).answers).toEqual(['web.ns.svc.cluster.local 30 A 10.96.0.1']);
  expect(shown(await ask('www.example')).rcode).toBe('SERVFAIL');
  expect(await ready()).toBe(200);
});

it('goes on answering for a while after it was told to stop, and ends well', async () => {
  const exited = once(daemon, 'exit');
  daemon.kill('SIGTERM');
  expect(shown(await ask('web.ns.svc.cluster.local')).answers).toHaveLength(1);
  expect(await exited).toEqual([0, null]);
});

it.each([
  ['--cluster-domain=a..b', '"a..b" is not a DNS domain'],
  ['--upstream=dns.example', 'not the address of a DNS server: "dns.example"'],
  ['--ready-bind-address=nowhere', '--ready-bind-address: expected ADDRESS:PORT'],
  [`--static-snapshot=${folder}/none.json`, 'no such file or directory'],
])('ends with the reason when given %s', async (flag, reason) => {
  const child = start(
    '--port=0',
    '--health-bind-address=',
    '--metrics-bind-address=',
    `--ready-bind-address=127.0.0.1:0`,
    flag,
  );
  let said = '';
  child.stderr.on('data', (data: Buffer) => (said += data.toString()));
  expect(await once(child, 'exit')).toEqual([1, null]);
  // The log is JSON, and the reason quotes.
  expect(said.replaceAll('\\', '')).toContain(reason);
});
