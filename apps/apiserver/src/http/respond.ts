import { StatusError, internalError, serviceUnavailable, statusError, type Status } from '@wherry/apimachinery';
import { StorageError } from '@wherry/store';
import { drained, isGone } from './connection.ts';
import type { Answer, Response } from './context.ts';

/** A list is written in pieces, so that no client, however slow, and no list, however long, holds the event loop. */
const SLICE_MS = 8;
const FLUSH_BYTES = 256 * 1024;

export async function respond(
  response: Response,
  answer: Answer,
  auditId: string,
  warnings: readonly string[],
): Promise<void> {
  if (isGone(response)) return;
  if ('stream' in answer) {
    await answer.stream(response);
    return;
  }
  const { body } = answer;
  const headers: Record<string, string | number | string[]> = {
    'audit-id': auditId,
    'cache-control': 'no-cache, private',
    'content-type': answer.contentType,
    ...answer.headers,
  };
  if (warnings.length > 0) headers['warning'] = warnings.map((text) => `299 - ${JSON.stringify(text)}`);
  if (typeof body === 'string' || Buffer.isBuffer(body)) {
    if (answer.status !== 204 && answer.status !== 304) headers['content-length'] = Buffer.byteLength(body);
    response.writeHead(answer.status, headers);
    response.end(body);
    return;
  }
  if (answer.length !== undefined) headers['content-length'] = answer.length;
  response.writeHead(answer.status, headers);
  await writePieces(response, body);
  response.end();
}

async function writePieces(response: Response, pieces: Iterable<Buffer>): Promise<void> {
  let pending: Buffer[] = [];
  let size = 0;
  let since = performance.now();
  for (const piece of pieces) {
    pending.push(piece);
    size += piece.length;
    const late = performance.now() - since > SLICE_MS;
    if (size < FLUSH_BYTES && !late) continue;
    if (isGone(response)) return;
    const more = response.write(Buffer.concat(pending, size));
    pending = [];
    size = 0;
    if (!more) await drained(response);
    else if (late) await new Promise((resolve) => setImmediate(resolve));
    if (late || !more) since = performance.now();
  }
  if (size > 0 && !isGone(response)) response.write(Buffer.concat(pending, size));
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
      return statusError(500, 'ServerTimeout', `the outcome of the write is not known: ${error.message}`, {
        retryAfterSeconds: 1,
      });
    case 'no-space':
    case 'unavailable':
    case 'closed':
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
