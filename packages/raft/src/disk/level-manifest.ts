import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readVarint } from './varint.ts';

const blockBytes = 32 << 10;
const headerBytes = 7;

/**
 * The numbers of the tables that the LevelDB at `path` consists of; undefined when its manifest cannot be read. The
 * format is that of LevelDB's doc/log_format.md and its version edits.
 */
export async function liveTables(path: string): Promise<Set<number> | undefined> {
  try {
    const current = (await readFile(join(path, 'CURRENT'), 'utf8')).trim();
    const live = new Set<number>();
    for (const edit of records(await readFile(join(path, current)))) applyEdit(edit, live);
    return live;
  } catch {
    // Whatever is wrong with it, LevelDB will find it out and say so.
    return undefined;
  }
}

function* records(file: Buffer): Iterable<Buffer> {
  let parts: Buffer[] = [];
  for (let at = 0; at + headerBytes <= file.length; ) {
    const leftInBlock = blockBytes - (at % blockBytes);
    if (leftInBlock < headerBytes) {
      at += leftInBlock;
      continue;
    }
    const length = file.readUInt16LE(at + 4);
    const type = file[at + 6] as number;
    parts.push(file.subarray(at + headerBytes, at + headerBytes + length));
    at += headerBytes + length;
    // Whole, first, middle, last.
    if (type === 1 || type === 4) {
      yield Buffer.concat(parts);
      parts = [];
    }
  }
}

function applyEdit(edit: Buffer, live: Set<number>): void {
  let at = 0;
  const integer = (): number => {
    const [value, end] = readVarint(edit, at, edit.length);
    at = end;
    return value;
  };
  const skipText = (): void => {
    const length = integer();
    at += length;
  };
  while (at < edit.length) {
    const tag = integer();
    if (tag === 1) skipText();
    else if (tag === 2 || tag === 3 || tag === 4 || tag === 9) integer();
    else if (tag === 5) {
      integer();
      skipText();
    } else if (tag === 6) {
      integer();
      live.delete(integer());
    } else if (tag === 7) {
      integer();
      const number = integer();
      integer();
      skipText();
      skipText();
      live.add(number);
    } else throw new Error(`a version edit has no tag ${tag}`);
  }
}
