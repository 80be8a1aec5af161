/** One member of a tar stream. Its body must be read, or is passed over, before the next member. */
export interface TarEntry {
  /** As it stands in the archive: nothing about it can be trusted. */
  readonly name: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'link' | 'other';
  readonly sizeBytes: number;
  readonly linkName: string;
  body(): AsyncGenerator<Buffer>;
}

export class TarError extends Error {}

const blockBytes = 512;
/** Long names and PAX records are held in memory; no file system has longer ones. */
const maxMetadataBytes = 1 << 20;

/** Members of a tar in ustar, GNU or PAX form. @throws {TarError} when it is damaged or ends early */
export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry> {
  const bytes = new ByteQueue(source);
  let long: Partial<Record<'path' | 'linkpath' | 'size', string>> = {};
  for (;;) {
    const header = await bytes.take(blockBytes);
    // Two empty blocks end an archive; what comes after the first one is of no interest.
    if (header.every((byte) => byte === 0)) return;
    checkSum(header);
    const flag = String.fromCharCode(header[156] ?? 0);
    const headerSize = numberAt(header, 124, 12);
    if (flag === 'L' || flag === 'K' || flag === 'x' || flag === 'g') {
      if (headerSize > maxMetadataBytes) throw new TarError('a header of the archive is too long');
      const data = (await bytes.takePadded(headerSize)).toString('utf8');
      if (flag === 'L') long = { ...long, path: untilNul(data) };
      else if (flag === 'K') long = { ...long, linkpath: untilNul(data) };
      else if (flag === 'x') long = { ...long, ...paxRecords(data) };
      continue;
    }
    const sizeBytes = long.size === undefined ? headerSize : Number(long.size);
    if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0) throw new TarError('a size in the archive is no number');
    const isLink = flag === '1' || flag === '2';
    const name = long.path ?? nameIn(header);
    const linkName = long.linkpath ?? textAt(header, 157, 100);
    long = {};
    let left = isLink ? 0 : sizeBytes;
    const padding = (blockBytes - (left % blockBytes)) % blockBytes;
    async function* body(): AsyncGenerator<Buffer> {
      while (left > 0) {
        const piece = await bytes.some(left);
        left -= piece.length;
        yield piece;
      }
    }
    yield { name, type: typeOf(flag, name), sizeBytes, linkName, body };
    while (left > 0) left -= (await bytes.some(left)).length;
    await bytes.take(padding);
  }
}

function typeOf(flag: string, name: string): TarEntry['type'] {
  if (flag === '5') return 'directory';
  if (flag === '2') return 'symlink';
  if (flag === '1') return 'link';
  if (flag === '0' || flag === '\0' || flag === '7') return name.endsWith('/') ? 'directory' : 'file';
  return 'other';
}

function checkSum(header: Buffer): void {
  const said = numberAt(header, 148, 8);
  let sum = 8 * 0x20;
  for (let i = 0; i < blockBytes; i++) if (i < 148 || i >= 156) sum += header[i] ?? 0;
  if (sum !== said) throw new TarError('tar contents corrupted');
}

function textAt(header: Buffer, at: number, length: number): string {
  return untilNul(header.toString('utf8', at, at + length));
}

function untilNul(text: string): string {
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}

/** Octal digits, or GNU's big-endian number behind a set top bit. */
function numberAt(header: Buffer, at: number, length: number): number {
  const first = header[at] ?? 0;
  if ((first & 0x80) === 0) {
    const digits = textAt(header, at, length).trim();
    return digits === '' ? 0 : /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
  }
  let value = first & 0x7f;
  for (let i = 1; i < length; i++) value = value * 256 + (header[at + i] ?? 0);
  return value;
}

function nameIn(header: Buffer): string {
  const name = textAt(header, 0, 100);
  const prefix = header.toString('latin1', 257, 262) === 'ustar' && header[262] === 0 ? textAt(header, 345, 155) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** `LENGTH KEY=VALUE\n` records. */
function paxRecords(data: string): Partial<Record<'path' | 'linkpath' | 'size', string>> {
  const found: Partial<Record<'path' | 'linkpath' | 'size', string>> = {};
  let rest = Buffer.from(data, 'utf8');
  while (rest.length > 0) {
    const space = rest.indexOf(0x20);
    const length = Number(rest.toString('latin1', 0, Math.max(space, 0)));
    if (space <= 0 || !Number.isInteger(length) || length <= space || length > rest.length)
      throw new TarError('tar contents corrupted');
    const record = rest.toString('utf8', space + 1, length - 1);
    const equals = record.indexOf('=');
    const key = record.slice(0, equals);
    if (key === 'path' || key === 'linkpath' || key === 'size') found[key] = record.slice(equals + 1);
    rest = rest.subarray(length);
  }
  return found;
}

class ByteQueue {
  readonly #source: AsyncIterator<Uint8Array>;
  #held: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** At least one byte, at most `most`. */
  async some(most: number): Promise<Buffer> {
    while (this.#held.length === 0) await this.#more();
    const piece = this.#held.subarray(0, most);
    this.#held = this.#held.subarray(piece.length);
    return piece;
  }

  async take(length: number): Promise<Buffer> {
    while (this.#held.length < length) await this.#more();
    const piece = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(length);
    return piece;
  }

  async takePadded(length: number): Promise<Buffer> {
    const padded = Math.ceil(length / blockBytes) * blockBytes;
    return (await this.take(padded)).subarray(0, length);
  }

  async #more(): Promise<void> {
    const next = await this.#source.next();
    if (next.done) throw new TarError('unexpected EOF');
    const { buffer, byteOffset, byteLength } = next.value;
    const chunk = Buffer.from(buffer, byteOffset, byteLength);
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
  }
}
