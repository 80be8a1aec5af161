import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import type { Identity } from './apiserver-process.ts';

/**
 * A process of its own: `load-generator.ts IDENTITY create|get CLIENTS SECONDS PREFIX`. Every client has one TLS
 * connection with HTTP/1.1 keep-alive and asks again as soon as it was answered. Prints JSON {requests, seconds,
 * latenciesMs (a sample)}. Deliberately bare, so that the server and not the generator is measured.
 */
const [identityFile, verb, clients, seconds, prefix] = process.argv.slice(2) as [
  string,
  'create' | 'get',
  string,
  string,
  string,
];
const identity = JSON.parse(readFileSync(identityFile, 'utf8')) as Identity;
const PATH = '/api/v1/namespaces/default/configmaps';
const GET_NAMES = 1_000;

let next = 0;
function nextRequest(): Buffer {
  const n = next++;
  if (verb === 'get') return Buffer.from(`GET ${PATH}/${prefix}-${n % GET_NAMES} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
  const body = JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `${prefix}-${n}` },
    data: { key: 'v'.repeat(256) },
  });
  return Buffer.from(
    `POST ${PATH} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
}

function client(until: number, latencies: number[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({
      ...identity,
      host: '127.0.0.1',
      servername: 'localhost',
      ALPNProtocols: ['http/1.1'],
    });
    socket.setNoDelay(true);
    let sent = 0;
    let buffered: Buffer = Buffer.alloc(0);
    const send = (): void => {
      sent = performance.now();
      if (sent >= until) socket.end(() => resolve());
      else socket.write(nextRequest());
    };
    socket.on('secureConnect', send);
    socket.on('data', (data: Buffer) => {
      buffered = buffered.length === 0 ? data : Buffer.concat([buffered, data]);
      const headerEnd = buffered.indexOf('\r\n\r\n');
      if (headerEnd < 0) return;
      const head = buffered.toString('latin1', 0, headerEnd);
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
      if (!/^HTTP\/1\.1 20[01]/.test(head) || Number.isNaN(length)) return reject(new Error(buffered.toString()));
      if (buffered.length < headerEnd + 4 + length) return;
      buffered = Buffer.alloc(0);
      latencies.push(performance.now() - sent);
      send();
    });
    socket.on('error', reject);
  });
}

const latencies: number[] = [];
const started = performance.now();
await Promise.all(Array.from({ length: Number(clients) }, () => client(started + Number(seconds) * 1000, latencies)));
const elapsed = (performance.now() - started) / 1000;
const step = Math.max(1, Math.floor(latencies.length / 10_000));
process.stdout.write(
  JSON.stringify({
    requests: latencies.length,
    seconds: elapsed,
    latenciesMs: latencies.filter((_, i) => i % step === 0),
  }),
);
