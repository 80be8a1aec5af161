import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  StatusError,
  internalError,
  serviceUnavailable,
  statusError,
  timeout,
  type Status,
} from '@wherry/apimachinery';
import { StorageError } from '@wherry/store';
import { joinPieces, type Piece } from '../cache/piece.ts';
import { isTurnOver, nextTurn } from '../cache/turns.ts';
import { drained, isGone } from './connection.ts';
import type { Answer, Response } from './context.ts';
import { encodeAnswer, type Body } from './encode-answer.ts';

/** A list is written in pieces, so that no client, however slow, and no list, however long, holds the event loop. */
const STEP_PIECES = 16;
const FLUSH_BYTES = 128 * 1024;
/** Upstream's: smaller answers are not worth compressing, and the fastest level is what a LAN can use. */
const GZIP_BYTES = 128 * 1024;
const GZIP_LEVEL = 1;

export type Headers = Record<string, string | number | string[]>;

/** `headers` go out with whatever is answered; they belong to this call. */
export async function respond(
  response: Response,
  answer: Answer,
  headers: Headers,
  warnings: readonly string[],
): Promise<void> {
  if (isGone(response)) return;
  if ('stream' in answer) {
    await answer.stream(response);
    return;
  }
  const request = response.req as IncomingMessage | undefined;
  const encoding = request ? encodeAnswer(answer, request.headers, request.url ?? '') : answer;
  // Most answers are what they are to be already.
  const encoded = encoding instanceof Promise ? await encoding : encoding;
  headers['cache-control'] = 'no-cache, private';
  headers['content-type'] = encoded.contentType;
  if (encoded.headers !== undefined) Object.assign(headers, encoded.headers);
  if (warnings.length > 0) headers['warning'] = warnings.map((text) => `299 - ${JSON.stringify(text)}`);
  await write(response, encoded, headers, request);
}

async function write(
  response: Response,
  answer: Body,
  headers: Headers,
  request: IncomingMessage | undefined,
): Promise<void> {
  const { body, status, length } = answer;
  if (typeof body === 'string' || Buffer.isBuffer(body)) {
    const size = Buffer.byteLength(body);
    if (size > GZIP_BYTES && acceptsGzip(request)) {
      await writeGzip(response, status, headers, [Buffer.from(body)]);
      return;
    }
    if (status !== 204 && status !== 304) headers['content-length'] = size;
    response.writeHead(status, headers);
    response.end(body);
    return;
  }
  const chunks = chunksOf(body);
  const first = await chunks.next();
  const whole = first.done === true || first.value.length < FLUSH_BYTES;
  if ((length === undefined ? !whole : length > GZIP_BYTES) && acceptsGzip(request)) {
    await writeGzip(response, status, headers, resume(first, chunks));
    return;
  }
  if (length !== undefined) headers['content-length'] = length;
  response.writeHead(status, headers);
  for await (const chunk of resume(first, chunks)) {
    if (isGone(response)) return;
    if (!response.write(chunk)) await drained(response);
  }
  response.end();
}

/** Compresses on the threads of libuv, and no faster than the client reads. */
async function writeGzip(
  response: Response,
  status: number,
  headers: Headers,
  chunks: Iterable<Buffer> | AsyncIterable<Buffer>,
): Promise<void> {
  const { createGzip } = await import('node:zlib');
  headers['content-encoding'] = 'gzip';
  headers['vary'] = headers['vary'] === undefined ? 'Accept-Encoding' : `${String(headers['vary'])}, Accept-Encoding`;
  response.writeHead(status, headers);
  try {
    await pipeline(Readable.from(chunks), createGzip({ level: GZIP_LEVEL }), response);
  } catch (error) {
    // The client may go whenever it likes.
    if (!isGone(response)) throw error;
  }
}

/**
 * Pieces put together. Lets others go on in between by itself: that the connection takes no more for a moment, and then
 * more, need not mean that the event loop has turned.
 */
async function* chunksOf(pieces: Iterable<Piece>): AsyncGenerator<Buffer, undefined> {
  let pending: Piece[] = [];
  let size = 0;
  let count = 0;
  for (const piece of pieces) {
    pending.push(piece);
    size += piece.byteLength;
    if (size >= FLUSH_BYTES) {
      yield joinPieces(pending);
      pending = [];
      size = 0;
    }
    if (++count % STEP_PIECES === 0 && isTurnOver()) await nextTurn();
  }
  if (size > 0) yield joinPieces(pending);
  return undefined;
}

async function* resume(
  first: IteratorResult<Buffer, undefined>,
  rest: AsyncGenerator<Buffer, undefined>,
): AsyncGenerator<Buffer, undefined> {
  if (first.done) return undefined;
  yield first.value;
  return yield* rest;
}

function acceptsGzip(request: IncomingMessage | undefined): boolean {
  const accepted = request?.headers['accept-encoding'];
  if (typeof accepted !== 'string') return false;
  return accepted.split(',').some((part) => part.split(';', 1)[0]!.trim() === 'gzip');
}

/** The one place where an error becomes a Status. */
export function statusOf(error: unknown): Status {
  if (error instanceof StatusError) return error.status;
  if (error instanceof StorageError) return ofStorage(error).status;
  const message = error instanceof Error ? error.message : String(error);
  return internalError(message).status;
}

function ofStorage(error: StorageError): StatusError {
  switch (error.code) {
    case 'compacted':
      return statusError(410, 'Expired', 'The provided resource version is too old: it has been compacted');
    case 'too-large':
      return statusError(413, 'RequestEntityTooLarge', `Request entity is too large: ${error.message}`);
    case 'unknown':
      // Without Retry-After, as clients would send it once more by themselves.
      return timeout(error.message);
    case 'unavailable':
    case 'no-leader':
    case 'timeout':
    case 'closed':
      // Nothing was done: a client may ask again, or another apiserver.
      return statusError(503, 'ServiceUnavailable', `the store is not available: ${error.message}`, {
        retryAfterSeconds: 1,
      });
    case 'no-space':
    case 'slow-consumer':
      return serviceUnavailable(`the store is not available: ${error.message}`);
    default:
      return internalError(error.message);
  }
}

export function errorAnswer(error: unknown): Answer {
  const status = statusOf(error);
  const retry = status.details?.retryAfterSeconds;
  const headers = retry === undefined ? undefined : { 'retry-after': String(retry) };
  return { status: status.code ?? 500, contentType: 'application/json', body: `${JSON.stringify(status)}\n`, headers };
}
