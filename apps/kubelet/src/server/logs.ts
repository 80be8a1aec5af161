import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { FrameSplitter } from '../docker/log-frames.ts';

export interface LogOptions {
  readonly follow: boolean;
  readonly timestamps: boolean;
  readonly tailLines: number | undefined;
  readonly limitBytes: number | undefined;
  readonly sinceMs: number | undefined;
  readonly stream: 'All' | 'Stdout' | 'Stderr';
}

export function logOptions(query: URLSearchParams, nowMs: number): LogOptions {
  const on = (name: string): boolean => ['1', 'true'].includes(query.get(name) ?? '');
  const number = (name: string): number | undefined => {
    const text = query.get(name);
    return text === null ? undefined : Number(text);
  };
  const seconds = number('sinceSeconds');
  const time = query.get('sinceTime');
  const stream = query.get('stream');
  return {
    follow: on('follow'),
    timestamps: on('timestamps'),
    tailLines: number('tailLines'),
    limitBytes: number('limitBytes'),
    sinceMs: seconds !== undefined ? nowMs - seconds * 1000 : time === null ? undefined : Date.parse(time),
    stream: stream === 'Stdout' || stream === 'Stderr' ? stream : 'All',
  };
}

/** The log of one container as plain bytes; ends with the container when followed, else with the log. */
export async function* readLogs(
  docker: Docker,
  containerId: string,
  tty: boolean,
  options: LogOptions,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  if (options.tailLines === 0 && !options.follow) return;
  const source = await openLogs(docker, containerId, options);
  const stop = (): void => void source.destroy();
  signal.addEventListener('abort', stop, { once: true });
  let left = options.limitBytes ?? Number.POSITIVE_INFINITY;
  try {
    const splitter = new FrameSplitter();
    for await (const chunk of source as AsyncIterable<Buffer>) {
      const pieces = tty ? [chunk] : splitter.push(chunk).map((frame) => frame.data);
      const data = Buffer.concat(pieces);
      yield left < data.length ? data.subarray(0, left) : data;
      left -= data.length;
      if (left <= 0) return;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    source.destroy();
  }
}

/** dockerode's own logs() reads everything into memory unless it follows; this streams either way. */
function openLogs(docker: Docker, containerId: string, options: LogOptions): Promise<Readable> {
  const query = {
    stdout: options.stream !== 'Stderr',
    stderr: options.stream !== 'Stdout',
    follow: options.follow,
    timestamps: options.timestamps,
    ...(options.tailLines === undefined ? {} : { tail: options.tailLines }),
    ...(options.sinceMs === undefined ? {} : { since: (options.sinceMs / 1000).toFixed(3) }),
  };
  return new Promise((resolve, reject) => {
    const call = {
      path: `/containers/${containerId}/logs?`,
      options: query,
      method: 'GET',
      isStream: true,
      statusCodes: { 200: true, 404: 'no such container', 500: 'server error' },
    };
    docker.modem.dial(call, (error: unknown, stream: unknown) => {
      if (error) reject(error as Error);
      else resolve(stream as Readable);
    });
  });
}
