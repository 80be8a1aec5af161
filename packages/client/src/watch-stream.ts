import { StatusError, type Status, type WatchEvent } from '@wherry/apimachinery';
import { LineSplitter } from './line-splitter.ts';
import type { StreamResponse } from './rest-client.ts';
import { cutShort, toConnectionError } from './transport.ts';

/** Above the largest object an apiserver stores. */
const maxFrameBytes = 16 << 20;

/**
 * The frames of a watch response, as many at a time as a chunk of bytes holds. Ends when the server ends the watch or
 * the signal aborts. @throws {StatusError} for an ERROR frame; {ConnectionError} when the connection is lost
 */
export async function* watchBatches<T>(
  response: StreamResponse,
  signal: AbortSignal | undefined,
): AsyncGenerator<WatchEvent<T>[], void, undefined> {
  const lines = new LineSplitter(maxFrameBytes);
  try {
    for await (const chunk of response.body) {
      const batch: WatchEvent<T>[] = [];
      for (const line of lines.push(chunk as Buffer)) batch.push(JSON.parse(line.toString('utf8')) as WatchEvent<T>);
      const failed = batch.findIndex((event) => event.type === 'ERROR');
      if (failed === -1) {
        if (batch.length > 0) yield batch;
        continue;
      }
      if (failed > 0) yield batch.slice(0, failed);
      throw new StatusError(batch[failed]?.object as Status);
    }
    if (signal?.aborted !== true && !response.complete()) throw cutShort();
  } catch (error) {
    if (signal?.aborted) return;
    if (error instanceof StatusError || error instanceof SyntaxError) throw error;
    throw toConnectionError('watch', error, true);
  } finally {
    response.body.destroy();
  }
}
