import { crc32 } from 'node:zlib';
import { corruptDisk } from './level-disk.ts';

/** Text with its checksum in front: how everything is kept on disk but log entries and changes of keys. */
export function seal(content: object): Buffer {
  const text = JSON.stringify(content);
  return Buffer.from(`${checksumOf(text)} ${text}`);
}

/** Throws DiskError `corrupt` unless it is, unharmed, what seal() made; blanks may follow. */
export function unseal(bytes: Uint8Array, name: string, remedy?: string): Record<string, unknown> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString().trimEnd();
  const body = text.slice(9);
  if (text.slice(0, 9) !== `${checksumOf(body)} `) throw corruptDisk(`${name} is damaged`, remedy);
  return JSON.parse(body) as Record<string, unknown>;
}

function checksumOf(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}
