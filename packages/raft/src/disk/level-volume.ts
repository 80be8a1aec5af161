import {
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Disk, Volume } from './disk.ts';
import { corruptDisk, openLevelDisk } from './level-disk.ts';

const markBytes = 64;
const firstFolder = 'db';
const stateFolder = /^(db|state-[1-9][0-9]{0,14})$/;

/**
 * A folder with these in it:
 *
 *   log/             LevelDB; its lock is the lock of the whole
 *   db/, state-<n>/  LevelDB, the state; only one of them counts
 *   state            the name of that one; without this file it is db, as it was before there was a log
 *   acknowledged     the mark
 */
export async function openLevelVolume(path: string): Promise<Volume> {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const log = await openLevelDisk(join(path, 'log'), path);
  try {
    const folder = currentFolder(path);
    for (const name of readdirSync(path)) {
      if ((stateFolder.test(name) && name !== folder) || name === 'state.new') await removeAll(join(path, name));
    }
    return new LevelVolume(path, log, folder, await openLevelDisk(join(path, folder), path));
  } catch (error) {
    await log.close();
    throw error;
  }
}

function currentFolder(path: string): string {
  const pointer = join(path, 'state');
  const names = readdirSync(path);
  if (!names.includes('state')) {
    // db is made before anything else can be, and removed only after the pointer is on disk.
    if (!names.includes(firstFolder) && names.some((name) => stateFolder.test(name))) {
      throw corruptDisk(`the file "state" in ${path}, which names the folder of the state, is gone`);
    }
    return firstFolder;
  }
  const folder = readFileSync(pointer, 'utf8').trim();
  if (!stateFolder.test(folder)) throw corruptDisk(`the file "state" in ${path} does not name a folder of state`);
  if (!names.includes(folder)) throw corruptDisk(`the folder ${folder} in ${path} is gone`);
  return folder;
}

class LevelVolume implements Volume {
  readonly log: Disk;
  readonly #path: string;
  #folder: string;
  #state: Disk;
  #arriving: { folder: string; disk: Disk } | undefined;
  #markFile: number | undefined;
  #closed: Promise<void> | undefined;

  constructor(path: string, log: Disk, folder: string, state: Disk) {
    this.#path = path;
    this.log = log;
    this.#folder = folder;
    this.#state = state;
  }

  get state(): Disk {
    return this.#state;
  }

  async newState(): Promise<Disk> {
    await this.#removeArriving();
    const folder = `state-${(Number(this.#folder.slice('state-'.length)) || 0) + 1}`;
    await removeAll(join(this.#path, folder));
    const disk = await openLevelDisk(join(this.#path, folder), this.#path);
    this.#arriving = { folder, disk };
    return disk;
  }

  async replaceState(disk: Disk): Promise<void> {
    if (this.#arriving?.disk !== disk) throw new Error('this disk is not what newState() gave last');
    const old = { folder: this.#folder, disk: this.#state };
    // The names of its files are to be on disk before the name of the folder is.
    syncFolder(join(this.#path, this.#arriving.folder));
    writeDurably(this.#path, 'state', `${this.#arriving.folder}\n`);
    this.#folder = this.#arriving.folder;
    this.#state = disk;
    this.#arriving = undefined;
    await old.disk.close();
    await removeAll(join(this.#path, old.folder));
  }

  readMark(): Buffer | undefined {
    const path = join(this.#path, 'acknowledged');
    return existsSync(path) ? readFileSync(path) : undefined;
  }

  writeMark(mark: Buffer): void {
    if (mark.length > markBytes) throw new RangeError(`a mark takes ${markBytes} bytes at most`);
    const padded = Buffer.alloc(markBytes, ' ');
    mark.copy(padded);
    if (this.#markFile !== undefined) {
      writeSync(this.#markFile, padded, 0, markBytes, 0);
      return;
    }
    const path = join(this.#path, 'acknowledged');
    const isNew = !existsSync(path);
    this.#markFile = openSync(path, constants.O_WRONLY | constants.O_CREAT, 0o600);
    writeSync(this.#markFile, padded, 0, markBytes, 0);
    // After a power cut it may be old, but it must not be empty.
    if (isNew) {
      fsyncSync(this.#markFile);
      syncFolder(this.#path);
    }
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    if (this.#markFile !== undefined) {
      fsyncSync(this.#markFile);
      closeSync(this.#markFile);
      this.#markFile = undefined;
    }
    await this.#removeArriving();
    await this.#state.close();
    await this.log.close();
  }

  async #removeArriving(): Promise<void> {
    const arriving = this.#arriving;
    if (arriving === undefined) return;
    this.#arriving = undefined;
    await arriving.disk.close();
    await removeAll(join(this.#path, arriving.folder));
  }
}

function writeDurably(folder: string, name: string, text: string): void {
  const file = openSync(join(folder, `${name}.new`), 'w', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(join(folder, `${name}.new`), join(folder, name));
  syncFolder(folder);
}

function syncFolder(path: string): void {
  const folder = openSync(path, constants.O_RDONLY);
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function removeAll(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true });
}
