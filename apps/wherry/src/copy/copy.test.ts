import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { extract } from './extract.ts';
import { memberPrefix, parseFileSpec, shellQuoted } from './file-spec.ts';
import { writeTar } from './tar-writer.ts';

let dir: string;
/** Beside the target: whatever appears in it was written outside. */
let outside: string;
let target: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'wherry-copy-'));
  outside = join(dir, 'outside');
  target = join(dir, 'target');
  mkdirSync(outside);
  mkdirSync(target);
});
afterEach(() => rmSync(dir, { recursive: true }));

interface Member {
  readonly name: string;
  readonly type?: string;
  readonly link?: string;
  readonly data?: string;
}

/** A tar as a container might make it, whatever its members are called. */
function tar(...members: Member[]): Buffer {
  const blocks = members.flatMap(({ name, type = '0', link = '', data = '' }) => {
    const header = Buffer.alloc(512);
    header.write(name, 0, 100, 'latin1');
    header.write('0000777\0', 100, 'latin1');
    header.write(`${Buffer.byteLength(data).toString(8).padStart(11, '0')}\0`, 124, 'latin1');
    header.write(type, 156, 'latin1');
    header.write(link, 157, 100, 'latin1');
    header.write('ustar\x0000', 257, 'latin1');
    header.fill(0x20, 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    const body = Buffer.alloc(Math.ceil(Buffer.byteLength(data) / 512) * 512);
    body.write(data);
    return [header, body];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/** In pieces of an odd size, as a connection brings them. */
async function* pieces(data: Buffer, size = 777): AsyncGenerator<Buffer> {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size);
}

async function unpack(data: Buffer, prefix = 'tmp/x'): Promise<string> {
  let said = '';
  await extract(pieces(data), {
    prefix,
    target,
    warn: (text) => (said += text),
    symlinkWarning: (path, to) => `link ${path} -> ${to}\n`,
  });
  return said;
}

describe('a tar from a container', () => {
  test('is unpacked below the target', async () => {
    await unpack(
      tar(
        { name: 'tmp/x/', type: '5' },
        { name: 'tmp/x/a', data: 'one' },
        { name: 'tmp/x/deep/er/b', data: 'x'.repeat(5000) },
        { name: 'tmp/x/empty/', type: '5' },
      ),
    );
    expect(readdirSync(target).toSorted()).toEqual(['a', 'deep', 'empty']);
    expect(readFileSync(join(target, 'a'), 'utf8')).toBe('one');
    expect(readFileSync(join(target, 'deep/er/b'), 'utf8').length).toBe(5000);
  });

  test('of one file becomes the target itself', async () => {
    rmSync(target, { recursive: true });
    await unpack(tar({ name: 'tmp/x', data: 'one' }));
    expect(readFileSync(target, 'utf8')).toBe('one');
  });

  test('writes nothing through names that lead upwards', async () => {
    const said = await unpack(
      tar(
        { name: 'tmp/x/../../outside/a', data: 'bad' },
        { name: 'tmp/x/sub/../../../outside/b', data: 'bad' },
        { name: 'tmp/x/..', type: '5' },
        { name: 'tmp/x/ok', data: 'good' },
      ),
    );
    expect(readdirSync(outside)).toEqual([]);
    expect(readdirSync(target)).toEqual(['ok']);
    expect(said).toContain('is outside target destination, skipping');
  });

  test('writes nothing under absolute names, nor under others than were asked for', async () => {
    for (const name of [join(outside, 'a'), 'etc/passwd', '../tmp/x/a', 'tmp/xy']) {
      await expect(unpack(tar({ name, data: 'bad' }))).rejects.toThrow('tar contents corrupted');
    }
    await unpack(tar({ name: join(outside, 'a'), data: 'bad' }), '');
    expect(readdirSync(outside)).toEqual([]);
    expect(existsSync(join(dir, 'xy'))).toBe(false);
  });

  test('makes no links, so that nothing is written through one', async () => {
    const said = await unpack(
      tar(
        { name: 'tmp/x/out', type: '2', link: outside },
        { name: 'tmp/x/up', type: '2', link: '../outside' },
        { name: 'tmp/x/hard', type: '1', link: join(outside, 'kept') },
        { name: 'tmp/x/out/a', data: 'bad' },
        { name: 'tmp/x/up/b', data: 'bad' },
        { name: 'tmp/x/device', type: '3' },
        { name: 'tmp/x/pipe', type: '6' },
      ),
    );
    expect(readdirSync(outside)).toEqual([]);
    expect(readdirSync(target).toSorted()).toEqual(['out', 'up']);
    expect(lstatSync(join(target, 'out')).isDirectory()).toBe(true);
    expect(said).toContain(`link ${join(target, 'out')} -> ${outside}\n`);
    expect(said).toContain('neither a file nor a directory');
  });

  test('follows no link out of the target, though the user had put it there', async () => {
    symlinkSync(outside, join(target, 'away'));
    writeFileSync(join(outside, 'kept'), 'kept');
    symlinkSync(join(outside, 'kept'), join(target, 'file'));
    const said = await unpack(tar({ name: 'tmp/x/away/a', data: 'bad' }, { name: 'tmp/x/away/sub/', type: '5' }));
    expect(said.match(/outside target/g)).toHaveLength(2);
    await expect(unpack(tar({ name: 'tmp/x/file', data: 'bad' }))).rejects.toThrow('ELOOP');
    expect(readdirSync(outside)).toEqual(['kept']);
    expect(readFileSync(join(outside, 'kept'), 'utf8')).toBe('kept');
  });

  test('cannot bring in such names by GNU or PAX records', async () => {
    const long = (type: string, data: string) => ({ name: '././@LongLink', type, data });
    const upwards = `tmp/x/../../outside/${'a'.repeat(120)}`;
    const record = `path=${upwards}\n`;
    const length = record.length + 1 + String(record.length + 4).length;
    await unpack(tar(long('L', `${upwards}\0`), { name: 'tmp/x/a', data: 'bad' }));
    await unpack(tar(long('x', `${length} ${record}`), { name: 'tmp/x/a', data: 'bad' }));
    expect(readdirSync(outside)).toEqual([]);
    expect(readdirSync(target)).toEqual([]);
  });

  test('is refused when it is damaged, cut short or has headers without end', async () => {
    const good = tar({ name: 'tmp/x/a', data: 'one' });
    await expect(unpack(good.subarray(0, 700))).rejects.toThrow('unexpected EOF');
    const bad = Buffer.from(good);
    bad[3] = 0x21;
    await expect(unpack(bad)).rejects.toThrow('tar contents corrupted');
    const huge = tar({ name: 'x', type: 'L' });
    huge.write('77777777777\0', 124, 'latin1');
    huge.fill(0x20, 148, 156);
    const sum = huge.subarray(0, 512).reduce((total, byte) => total + byte, 0);
    huge.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    await expect(unpack(huge)).rejects.toThrow('too long');
  });
});

test('what the system’s tar packs is unpacked, and the other way round', async () => {
  const source = join(dir, 'source');
  const deep = join(source, 'n'.repeat(90), 'm'.repeat(90));
  mkdirSync(deep, { recursive: true });
  mkdirSync(join(source, 'empty'));
  writeFileSync(join(deep, 'file'), 'deep');
  writeFileSync(join(source, 'big'), Buffer.alloc(1_000_001, 'b'));
  for (const format of ['gnu', 'pax', 'ustar']) {
    const data = execFileSync('tar', ['cf', '-', `--format=${format}`, '-C', dir, 'source'], { maxBuffer: 1 << 24 });
    rmSync(target, { recursive: true });
    await unpack(data, 'source');
    execFileSync('diff', ['-r', source, target]);
  }
  symlinkSync('big', join(source, 'link'));
  const packed = await buffer(writeTar(source, 'copy'));
  execFileSync('tar', ['xf', '-', '-C', dir], { input: packed });
  execFileSync('diff', ['-r', source, join(dir, 'copy')]);
  expect(lstatSync(join(dir, 'copy', 'link')).isSymbolicLink()).toBe(true);
});

test('a path names a file here, or one in a pod', () => {
  expect(parseFileSpec('/tmp/a')).toEqual({ pod: '', namespace: '', path: '/tmp/a' });
  expect(parseFileSpec('web:/tmp/a/')).toEqual({ pod: 'web', namespace: '', path: '/tmp/a' });
  expect(parseFileSpec('ns/web:/')).toEqual({ pod: 'web', namespace: 'ns', path: '/' });
  for (const bad of [':/a', 'a/b/c:/d']) expect(() => parseFileSpec(bad)).toThrow('canonical format');
  const prefixes = ['/tmp/x', 'tmp/../tmp/x', '../../x', '/', '.', './a'].map(memberPrefix);
  expect(prefixes).toEqual(['tmp/x', 'tmp/x', 'x', '', '', 'a']);
  expect(shellQuoted("a'b; rm")).toBe("'a'\\''b; rm'");
});
