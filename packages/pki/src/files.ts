import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { KeyPair } from './certificate.ts';

/** Reads `<name>.crt` and `<name>.key`, or undefined when either is absent. */
export async function readKeyPair(dir: string, name: string): Promise<KeyPair | undefined> {
  const [cert, key] = await Promise.all([
    readIfPresent(join(dir, `${name}.crt`)),
    readIfPresent(join(dir, `${name}.key`)),
  ]);
  return cert !== undefined && key !== undefined ? { cert, key } : undefined;
}

/** The key first: a certificate on disk always has its key beside it. */
export async function writeKeyPair(dir: string, name: string, pair: KeyPair): Promise<void> {
  await writeSecretFile(join(dir, `${name}.key`), pair.key);
  await writeFileAtomically(join(dir, `${name}.crt`), pair.cert, 0o644);
}

export async function writeSecretFile(path: string, content: string): Promise<void> {
  await writeFileAtomically(path, content, 0o600);
}

export async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A reader sees the old file or the whole new one, and the mode is right from the first byte. */
async function writeFileAtomically(path: string, content: string, mode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(temporary, content, { mode, flag: 'wx', flush: true });
  await rename(temporary, path);
}
