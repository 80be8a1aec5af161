import { posix } from 'node:path';
import { CliError } from '../cli/errors.ts';

/** One side of a copy: a path here, or one in a pod. */
export interface FileSpec {
  /** Empty: this machine. */
  readonly pod: string;
  /** Empty: the namespace in use. */
  readonly namespace: string;
  readonly path: string;
}

const malformed = 'filespec must match the canonical format: [[namespace/]pod:]file/path';

export function parseFileSpec(text: string): FileSpec {
  const colon = text.indexOf(':');
  if (colon === 0) throw new CliError(malformed);
  if (colon < 0) return { pod: '', namespace: '', path: text };
  const parts = text.slice(0, colon).split('/');
  const path = text.slice(colon + 1).replace(/\/+$/, (slashes, at: number) => (at === 0 ? slashes.slice(0, 1) : ''));
  const [first = '', second] = parts;
  if (parts.length > 2) throw new CliError(malformed);
  return second === undefined ? { pod: first, namespace: '', path } : { pod: second, namespace: first, path };
}

/** What members of the path's tar are called: without the slash in front, and without what leads upwards. */
export function memberPrefix(path: string): string {
  const clean = posix.normalize(path.replace(/^\/+/, '') || '.').replace(/\/+$/, '');
  const upwards = clean.replace(/^(\.\.(\/|$))+/, '');
  return upwards === '.' ? '' : upwards;
}

export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
