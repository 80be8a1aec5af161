import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { internalError, serviceUnavailable } from '@wherry/apimachinery';
import { http } from '../http/node-http.ts';
import { answerHeaders } from './forwarded-headers.ts';

/** The backend's own answer, where it did not upgrade. */
export interface PlainAnswer {
  status: number;
  contentType: string;
  body: Buffer;
}

/** Thrown with the answer of a backend that did not upgrade. */
export class NotUpgraded extends Error {
  readonly answer: PlainAnswer;
  constructor(answer: PlainAnswer) {
    super(`the backend answered ${answer.status} to an upgrade`);
    this.answer = answer;
  }
}

export interface Upgraded {
  reply: IncomingMessage;
  socket: Duplex;
}

const MAX_ANSWER_BYTES = 64 * 1024;
const ANSWER_BODY_TIMEOUT_MS = 10_000;
const CLOSE_TIMEOUT_MS = 5_000;
const STREAM_IDLE_MS = 4 * 3_600_000;

/**
 * Waits for the backend's 101. Anything else, redirects included, is an answer to be relayed, after which both
 * connections are closed: nothing that the client sends ever reaches a backend that has not upgraded. Throws NotUpgraded.
 */
export async function awaitUpgrade(sent: ClientRequest, what: string): Promise<Upgraded> {
  const { promise, resolve, reject } = Promise.withResolvers<Upgraded>();
  sent.once('upgrade', (reply, socket, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    if (reply.statusCode !== 101) {
      socket.destroy();
      reject(internalError(`${what} upgraded with ${reply.statusCode}`));
      return;
    }
    if (head.length > 0) socket.unshift(head);
    resolve({ reply, socket });
  });
  sent.once('response', (reply) => {
    readAnswer(reply).then(
      (answer) => {
        sent.destroy();
        // Node takes a 101 without the headers of an upgrade for an answer.
        if (answer.status < 200) reject(internalError(`${what} answered ${answer.status} without an upgrade`));
        else reject(new NotUpgraded(answer));
      },
      (error: Error) => reject(internalError(`${what} broke off its answer: ${error.message}`)),
    );
  });
  sent.once('error', (error) => reject(serviceUnavailable(`error trying to reach ${what}: ${error.message}`)));
  sent.end();
  return promise;
}

async function readAnswer(reply: IncomingMessage): Promise<PlainAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  const cut = setTimeout(() => reply.destroy(), ANSWER_BODY_TIMEOUT_MS);
  try {
    for await (const chunk of reply as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MAX_ANSWER_BYTES) break;
    }
  } finally {
    clearTimeout(cut);
  }
  const contentType = reply.headers['content-type'] ?? 'text/plain; charset=utf-8';
  return { status: reply.statusCode ?? 500, contentType, body: Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES) };
}

/** The backend's 101 as the client gets it. */
export function switchingProtocols(reply: IncomingMessage): string {
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', `Upgrade: ${reply.headers.upgrade ?? ''}`];
  for (const [name, value] of Object.entries(answerHeaders(reply.headers))) {
    for (const one of ([] as string[]).concat(value as string | string[])) lines.push(`${name}: ${one}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** From here on bytes go both ways as they are, until either side ends. Resolves then. */
export function join(client: Duplex, backend: Duplex, stopping: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      stopping.removeEventListener('abort', end);
      client.destroy();
      backend.destroy();
      resolve();
    };
    for (const socket of [client, backend]) {
      socket.on('error', end);
      socket.once('close', end);
      const { setTimeout: setIdle } = socket as { setTimeout?: (ms: number, onIdle: () => void) => void };
      setIdle?.call(socket, STREAM_IDLE_MS, end);
    }
    stopping.addEventListener('abort', end, { once: true });
    if (stopping.aborted || client.destroyed || backend.destroyed) return end();
    client.pipe(backend);
    backend.pipe(client);
  });
}

/** A plain answer on a connection that is then closed. */
export function endWith(socket: Duplex, { status, contentType, body }: PlainAnswer, auditId: string): void {
  if (socket.destroyed) return;
  const lines = [
    `HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? 'Error'}`,
    `Audit-Id: ${auditId}`,
    `Content-Type: ${contentType}`,
    `Content-Length: ${body.length}`,
    'Connection: close',
  ];
  socket.end(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body]));
  // What the client still sends is let go, and it is not waited for long.
  socket.resume();
  const cut = setTimeout(() => socket.destroy(), CLOSE_TIMEOUT_MS);
  socket.once('close', () => clearTimeout(cut));
}
