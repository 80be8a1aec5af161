import type { Http2ServerResponse } from 'node:http2';
import type { Response } from './context.ts';

/** What HTTP/1.1 and HTTP/2 responses of Node do not share. */
function streamOf(response: Response): Http2ServerResponse['stream'] | undefined {
  return (response as unknown as Partial<Http2ServerResponse>).stream;
}

/** The client has gone, or the answer is over. */
export function isGone(response: Response): boolean {
  return response.writableEnded || (streamOf(response)?.destroyed ?? response.destroyed);
}

/** Ends the answer at once, whatever is still waiting to be sent. */
export function abort(response: Response): void {
  const stream = streamOf(response);
  if (stream) stream.destroy();
  else response.destroy();
}

/** Resolves when the response takes more, or is gone. */
export function drained(response: Response): Promise<void> {
  return new Promise((resolve) => {
    if (isGone(response)) {
      resolve();
      return;
    }
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.once('drain', done);
    response.once('close', done);
  });
}
