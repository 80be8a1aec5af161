import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Invocation } from '../cli/command.ts';
import { CliError } from '../cli/errors.ts';
import { readAll } from '../cli/io.ts';
import { checkRawPath } from './get.ts';

/** `create --raw` and `replace --raw`: a file's content is sent as it is, and the answer printed as it is. */
export async function sendRaw(
  { session, io, out }: Pick<Invocation, 'session' | 'io' | 'out'>,
  method: 'POST' | 'PUT',
  raw: string,
  filenames: readonly string[],
): Promise<void> {
  const [file] = filenames;
  if (file === undefined || filenames.length !== 1) {
    throw new CliError('--raw can only use a single local file or stdin');
  }
  checkRawPath(raw);
  const text = file === '-' ? await readAll(io.stdin) : await readFile(resolve(io.cwd, file), 'utf8');
  const [path = '', query = ''] = raw.split('?');
  const parameters: Record<string, string[]> = {};
  for (const [key, value] of new URLSearchParams(query)) (parameters[key] ??= []).push(value);
  const client = await session.client();
  const { body } = await client.raw({
    method,
    path,
    query: parameters,
    body: JSON.parse(text) as unknown,
    signal: io.signal,
  });
  out(body.toString('utf8'));
}
