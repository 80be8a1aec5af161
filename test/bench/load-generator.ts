import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import type { Identity } from './apiserver-process.ts';
import { AnswerReader, preface, request } from './raw-http2.ts';

/**
 * A process of its own: `load-generator.ts IDENTITY create|get CLIENTS SECONDS PREFIX http/1.1|h2`. Every client has
 * one TLS connection that stays and asks again as soon as it was answered. Prints JSON {requests, seconds, latenciesMs
 * (a sample)}. Deliberately bare, so that the server and not the generator is measured.
 */
const [identityFile, verb, clients, seconds, prefix, protocol] = process.argv.slice(2) as [
  string,
  'create' | 'get',
  string,
  string,
  string,
  'http/1.1' | 'h2',
];
const identity = JSON.parse(readFileSync(identityFile, 'utf8')) as Identity;
const PATH = '/api/v1/namespaces/default/configmaps';
const GET_NAMES = 1_000;

let next = 0;
function nextRequest(): { method: string; path: string; body?: string } {
  const n = next++;
  if (verb === 'get') return { method: 'GET', path: `${PATH}/${prefix}-${n % GET_NAMES}` };
  const body = JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `${prefix}-${n}` },
    data: { key: 'v'.repeat(256) },
  });
  return { method: 'POST', path: PATH, body };
}

/** What a protocol does with a connection: says the next request, and tells when its answer is there. */
type Speaker = (send: (data: Buffer) => void, onAnswer: () => void) => { ask(): void; take(data: Buffer): void };

const http1: Speaker = (send, onAnswer) => {
  let buffered: Buffer = Buffer.alloc(0);
  return {
    ask() {
      const { method, path, body } = nextRequest();
      const of = body === undefined ? '' : `content-type: application/json\r\ncontent-length: ${body.length}\r\n`;
      send(Buffer.from(`${method} ${path} HTTP/1.1\r\nhost: localhost\r\n${of}\r\n${body ?? ''}`));
    },
    take(data) {
      buffered = buffered.length === 0 ? data : Buffer.concat([buffered, data]);
      const headerEnd = buffered.indexOf('\r\n\r\n');
      if (headerEnd < 0) return;
      const head = buffered.toString('latin1', 0, headerEnd);
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
      if (!/^HTTP\/1\.1 20[01]/.test(head) || Number.isNaN(length)) throw new Error(buffered.toString());
      if (buffered.length < headerEnd + 4 + length) return;
      buffered = Buffer.alloc(0);
      onAnswer();
    },
  };
};

const http2: Speaker = (send, onAnswer) => {
  let answer: Buffer[] = [];
  const reader = new AnswerReader({
    send,
    onData: (data) => void answer.push(data),
    onEnd() {
      const text = Buffer.concat(answer);
      if (!text.includes('"kind":"ConfigMap"')) throw new Error(text.toString());
      answer = [];
      onAnswer();
    },
  });
  let stream = -1;
  return {
    ask() {
      const { method, path, body } = nextRequest();
      const fields: [string, string][] = [
        [':method', method],
        [':scheme', 'https'],
        [':path', path],
        [':authority', 'localhost'],
      ];
      if (body !== undefined) fields.push(['content-type', 'application/json'], ['content-length', `${body.length}`]);
      if (stream < 0) send(preface());
      send(request((stream += 2), fields, body === undefined ? undefined : Buffer.from(body)));
    },
    take: (data) => reader.take(data),
  };
};

function client(until: number, latencies: number[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({
      ...identity,
      host: '127.0.0.1',
      servername: 'localhost',
      ALPNProtocols: [protocol],
    });
    socket.setNoDelay(true);
    let sent = 0;
    const next = (): void => {
      sent = performance.now();
      if (sent >= until) socket.end(() => resolve());
      else speaker.ask();
    };
    const speaker = (protocol === 'h2' ? http2 : http1)(
      (data) => void socket.write(data),
      () => {
        latencies.push(performance.now() - sent);
        next();
      },
    );
    socket.on('secureConnect', next);
    socket.on('data', (data: Buffer) => {
      try {
        speaker.take(data);
      } catch (error) {
        reject(error as Error);
      }
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
