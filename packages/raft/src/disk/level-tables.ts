import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32c } from './crc32c.ts';
import { liveTables } from './level-manifest.ts';
import { readVarint } from './varint.ts';

/**
 * The name of a table of the LevelDB at `path` that is damaged, or undefined. LevelDB does not look at the checksums of
 * the tables that it opens (doc/table_format.md has their format), and a flipped bit may end the whole process in an
 * assertion of its own instead of an error; so they are looked at before it opens them.
 */
export async function findDamagedTable(path: string): Promise<string | undefined> {
  const damaged: string[] = [];
  for (const name of await readdir(path)) {
    if (!/\.(ldb|sst)$/.test(name)) continue;
    // One after the other: they have 8 MiB at most.
    const table = await readFile(join(path, name)).catch(gone);
    if (table !== undefined && !isWhole(table)) damaged.push(name);
  }
  if (damaged.length === 0) return undefined;
  // One that was being written when the process ended is not whole, and LevelDB removes it.
  const live = await liveTables(path);
  return damaged.find((name) => live === undefined || live.has(Number.parseInt(name, 10)));
}

/** Another process has it open, which LevelDB will find out. */
function gone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

const footerBytes = 48;
const magic = Buffer.from('57fb808b247547db', 'hex');
/** Behind each block: how it is compressed, and the checksum of both. */
const trailerBytes = 5;

interface Handle {
  offset: number;
  size: number;
}

function isWhole(table: Buffer): boolean {
  const footer = table.length - footerBytes;
  if (footer < 0 || !table.subarray(-magic.length).equals(magic)) return false;
  const handles = readHandles(table, footer, table.length, 2);
  return (
    handles !== undefined && handles.every((handle) => isBlockWhole(table, handle) && areListedWhole(table, handle))
  );
}

function isBlockWhole(table: Buffer, { offset, size }: Handle): boolean {
  const end = offset + size + 1;
  if (end + 4 > table.length - footerBytes) return false;
  const crc = crc32c(table, offset, end);
  const masked = (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
  return table.readUInt32LE(end) === masked;
}

/** The blocks that this one, whose checksum is right, names in the values of its entries. */
function areListedWhole(table: Buffer, { offset, size }: Handle): boolean {
  const end = offset + size;
  // Those that are compressed are none of ours.
  if (table[end] !== 0) return true;
  let at = offset;
  const entriesEnd = end - 4 - 4 * table.readUInt32LE(end - 4);
  while (at < entriesEnd) {
    const lengths: number[] = [];
    for (let i = 0; i < 3; i++) {
      const [value, next] = readVarint(table, at, entriesEnd);
      lengths.push(value);
      at = next;
    }
    at += lengths[1] as number;
    const valueEnd = at + (lengths[2] as number);
    const listed = readHandles(table, at, valueEnd, 1);
    if (listed === undefined || !listed.every((handle) => isBlockWhole(table, handle))) return false;
    at = valueEnd;
  }
  return true;
}

function readHandles(table: Buffer, from: number, to: number, count: number): Handle[] | undefined {
  const handles: Handle[] = [];
  let at = from;
  for (let i = 0; i < count; i++) {
    const [offset, middle] = readVarint(table, at, to);
    const [size, end] = readVarint(table, middle, to);
    if (offset + size + trailerBytes > table.length) return undefined;
    handles.push({ offset, size });
    at = end;
  }
  return handles;
}
