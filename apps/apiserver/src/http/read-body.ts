import { requestTooLarge, statusError } from '@wherry/apimachinery';
import type { IncomingMessage } from 'node:http';

/** Upstream's bound on a request body. */
export const MAX_BODY_BYTES = 3 * 1024 * 1024;

/** The whole body, within the bound. Throws 413, and 400 when the client goes in the middle of it. */
export function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > MAX_BODY_BYTES) return Promise.reject(tooLarge());
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] | undefined;
    let first: Buffer | undefined;
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_BODY_BYTES) {
        request.pause();
        reject(tooLarge());
      } else if (first === undefined) first = chunk;
      else (chunks ??= [first]).push(chunk);
    });
    request.on('end', () => resolve(chunks ? Buffer.concat(chunks, size) : first));
    request.on('error', (error) =>
      reject(statusError(400, 'BadRequest', `error reading the request body: ${error.message}`)),
    );
    request.on('aborted', () => reject(statusError(400, 'BadRequest', 'the client closed the connection')));
  });
}

function tooLarge() {
  return requestTooLarge(`limit is ${MAX_BODY_BYTES}`);
}
