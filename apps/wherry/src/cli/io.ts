import type { Readable, Writable } from 'node:stream';

/** What a command may touch of its process. Tests give their own. */
export interface Io {
  readonly stdin: Readable & { isTTY?: boolean; setRawMode?(raw: boolean): unknown };
  readonly stdout: Writable & { isTTY?: boolean; columns?: number; rows?: number };
  readonly stderr: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  now(): Date;
}

/** The whole of standard input as text. */
export async function readAll(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Buffer));
  return Buffer.concat(chunks).toString('utf8');
}
