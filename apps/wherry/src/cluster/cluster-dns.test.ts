import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { realResolvConf } from './cluster-dns.ts';
import { DNS_SERVICE_IP } from './components.ts';

it('goes by the servers behind the stub of systemd-resolved, and by /etc/resolv.conf elsewhere', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wherry-resolv-'));
  const [etc, resolved] = [join(folder, 'etc'), join(folder, 'resolved')];
  expect(realResolvConf(etc, resolved)).toBeUndefined();
  writeFileSync(etc, 'nameserver 127.0.0.53\noptions edns0\n');
  expect(realResolvConf(etc, resolved)).toBeUndefined();
  writeFileSync(resolved, 'nameserver 192.0.2.1\n');
  expect(realResolvConf(etc, resolved)).toBe(resolved);
  writeFileSync(etc, 'nameserver 192.0.2.2\n');
  expect(realResolvConf(etc, resolved)).toBeUndefined();
  rmSync(folder, { recursive: true });
});

it('gives pods the address that the manifest asks for', () => {
  const manifest = readFileSync(new URL('../../../../deploy/cluster-dns.yaml', import.meta.url), 'utf8');
  const objects = parseAllDocuments(manifest).map(
    (document) => document.toJS() as { kind: string; spec?: { clusterIP?: string } },
  );
  expect(objects.find(({ kind }) => kind === 'Service')?.spec?.clusterIP).toBe(DNS_SERVICE_IP);
});
