import { mkdtemp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ensureSysctl, neededSysctls } from './sysctls.ts';

const forward = { path: 'net/ipv4/ip_forward', value: '1', needed: 'all' };

async function rootWith(value: string): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'sysctl-'));
  await mkdir(join(root, 'net/ipv4'), { recursive: true });
  await writeFile(join(root, forward.path), value);
  return root;
}

describe('ensureSysctl', () => {
  it('leaves a setting alone that has the value', async () => {
    expect(await ensureSysctl(forward, await rootWith('1\n'))).toEqual({ kind: 'present' });
  });

  it('sets it and tells what it was', async () => {
    const root = await rootWith('0\n');
    expect(await ensureSysctl(forward, root)).toEqual({ kind: 'set', before: '0' });
    expect(await readFile(join(root, forward.path), 'utf8')).toBe('1');
  });

  it('says why it could not', async () => {
    expect(await ensureSysctl(forward, '/nonexistent')).toMatchObject({ kind: 'failed', reason: /ENOENT/ });
  });
});

describe('neededSysctls', () => {
  it('asks for route_localnet only for NodePorts on localhost', () => {
    expect(neededSysctls(false).map(({ path }) => path)).not.toContain('net/ipv4/conf/all/route_localnet');
    expect(neededSysctls(true).map(({ path }) => path)).toContain('net/ipv4/conf/all/route_localnet');
  });
});
