import { lstat, open, readdir, readlink } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { Stats } from 'node:fs';

const blockBytes = 512;
const chunkBytes = 256 * 1024;

/**
 * A file or directory of this machine as a tar, its root member called `name`. Directories stand in it by what is in
 * them, or by themselves when they are empty.
 */
export async function* writeTar(path: string, name: string): AsyncGenerator<Buffer> {
  yield* member(path, name);
  yield Buffer.alloc(2 * blockBytes);
}

async function* member(path: string, name: string): AsyncGenerator<Buffer> {
  const stats = await lstat(path);
  if (stats.isDirectory()) {
    const inside = (await readdir(path)).toSorted();
    if (inside.length === 0) yield header({ name: `${name}/`, stats, type: '5' });
    for (const entry of inside) yield* member(join(path, entry), posix.join(name, entry));
  } else if (stats.isSymbolicLink()) {
    yield header({ name, stats, type: '2', linkName: await readlink(path) });
  } else if (stats.isFile()) {
    yield* file(path, name, stats);
  }
}

async function* file(path: string, name: string, stats: Stats): AsyncGenerator<Buffer> {
  await using handle = await open(path, 'r');
  yield header({ name, stats, type: '0', sizeBytes: stats.size });
  // A file that grows meanwhile is sent as long as it was; one that shrinks cannot be.
  let left = stats.size;
  while (left > 0) {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(Math.min(chunkBytes, left)));
    if (bytesRead === 0) throw new Error(`${path} became shorter while it was copied`);
    left -= bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
  const padding = (blockBytes - (stats.size % blockBytes)) % blockBytes;
  if (padding > 0) yield Buffer.alloc(padding);
}

interface Member {
  readonly name: string;
  readonly stats: Stats;
  readonly type: string;
  readonly sizeBytes?: number;
  readonly linkName?: string;
}

/** What a ustar header has no room for goes before it, as GNU does: every tar in a container reads that. */
function header(of: Member): Buffer {
  const blocks: Buffer[] = [];
  if (Buffer.byteLength(of.name) > 100) blocks.push(...longText('L', of.name));
  if (Buffer.byteLength(of.linkName ?? '') > 100) blocks.push(...longText('K', of.linkName ?? ''));
  const { mode, uid, gid, mtimeMs } = of.stats;
  blocks.push(
    block({
      name: of.name,
      mode: mode & 0o7777,
      uid,
      gid,
      size: of.sizeBytes ?? 0,
      mtime: Math.floor(mtimeMs / 1000),
      type: of.type,
      linkName: of.linkName ?? '',
    }),
  );
  return Buffer.concat(blocks);
}

function longText(type: string, text: string): Buffer[] {
  const data = Buffer.from(`${text}\0`);
  const padded = Buffer.alloc(Math.ceil(data.length / blockBytes) * blockBytes);
  data.copy(padded);
  const fields = { mode: 0, uid: 0, gid: 0, mtime: 0, linkName: '' };
  return [block({ ...fields, name: '././@LongLink', size: data.length, type }), padded];
}

interface Block {
  readonly name: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  readonly type: string;
  readonly linkName: string;
}

function block(fields: Block): Buffer {
  const out = Buffer.alloc(blockBytes);
  Buffer.from(fields.name).copy(out, 0, 0, 100);
  number(out, 100, 8, fields.mode);
  number(out, 108, 8, fields.uid);
  number(out, 116, 8, fields.gid);
  number(out, 124, 12, fields.size);
  number(out, 136, 12, Math.max(fields.mtime, 0));
  out.write(fields.type, 156, 'latin1');
  Buffer.from(fields.linkName).copy(out, 157, 0, 100);
  out.write('ustar  \0', 257, 'latin1');
  out.write('        ', 148, 'latin1');
  const sum = out.reduce((total, byte) => total + byte, 0);
  out.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return out;
}

/** Octal where it fits, else GNU's binary form. */
function number(out: Buffer, at: number, length: number, value: number): void {
  const digits = value.toString(8);
  if (digits.length < length) {
    out.write(`${digits.padStart(length - 1, '0')}\0`, at, 'latin1');
    return;
  }
  let rest = value;
  for (let i = length - 1; i > 0; i--) {
    out[at + i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  out[at] = 0x80;
}
