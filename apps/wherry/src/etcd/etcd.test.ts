import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestEtcd, type TestEtcd } from '../../../../test/fixture/etcd-fixture.ts';
import { runProgram } from '../cli/program.ts';
import { clusterCommands } from '../cluster/command-list.ts';
import { formatId, parseId } from './ids.ts';
import { formatBytes } from './output.ts';
import { writeBackup } from './backup-file.ts';

let etcd: TestEtcd;
let folder: string;
beforeAll(async () => {
  etcd = await startTestEtcd();
  folder = mkdtempSync(join(tmpdir(), 'wherry-etcd-cli-'));
});
afterAll(async () => {
  await etcd[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

/** @param endpoints empty of a command that does not ask the store */
async function wherry(
  line: string,
  endpoints: string = etcd.endpoint,
): Promise<{ code: number; out: string; err: string }> {
  const texts = { out: '', err: '' };
  const into = (name: 'out' | 'err') =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        texts[name] += chunk.toString();
        done();
      },
    });
  const file = (name: string): string => join(etcd.pki, 'etcd', name);
  const identity = [
    `--cacert=${file('ca.crt')}`,
    `--cert=${file('healthcheck-client.crt')}`,
    `--key=${file('healthcheck-client.key')}`,
  ];
  const flags = endpoints === '' ? [] : [`--endpoints=${endpoints}`, ...identity];
  const code = await runProgram(['etcd', ...line.split(' '), ...flags], clusterCommands, {
    stdin: Readable.from([]),
    stdout: into('out'),
    stderr: into('err'),
    env: {},
    cwd: folder,
    signal: new AbortController().signal,
    now: () => new Date(),
  });
  return { code, ...texts };
}

it('lists the members, for people and for programs', async () => {
  const [member] = etcd.store.members();
  const table = await wherry('member list');
  expect(table.out.split('\n')[0]).toMatch(/^ID +STATUS +NAME +PEER ADDRS +CLIENT ADDRS +IS LEARNER$/);
  expect(table.out).toContain(formatId(member!.id));
  const json = JSON.parse((await wherry('member list -o json')).out) as { id: string; name: string }[];
  expect(json).toMatchObject([{ id: formatId(member!.id), name: 'alone', isLearner: false }]);
  expect((await wherry('member list -o yaml')).err).toContain('unable to match a printer');
});

it('goes on to the next endpoint when one is not there, and says so when none is', async () => {
  expect((await wherry('member list', `127.0.0.1:1,${etcd.endpoint}`)).code).toBe(0);
  const none = await wherry('member list --command-timeout=300ms', '127.0.0.1:1');
  expect(none).toMatchObject({ code: 1, out: '' });
  expect(none.err).toContain('no member answers on https://127.0.0.1:1');
});

it('says what the store says to what cannot be', async () => {
  expect((await wherry('member remove 12345')).err).toBe('error: etcdserver: member not found\n');
  expect((await wherry('member remove zz')).err).toContain('expecting ID in Hex');
  expect((await wherry('member add x')).err).toContain('member peer urls not provided');
  expect((await wherry('member remove')).err).toContain('member ID is not provided');
});

it('saves a backup that is whole, and only under its name when it is', async () => {
  await etcd.store.txn({ compares: [], success: [{ type: 'put', key: '/a', value: Buffer.alloc(300_000, 'x') }] });
  const saved = await wherry('snapshot save backup.db');
  expect(saved).toMatchObject({ code: 0, err: '' });
  expect(saved.out).toMatch(/^Snapshot saved at backup.db \(\d+ kB\)\n$/);
  const bytes = readFileSync(join(folder, 'backup.db'));
  expect(createHash('sha256').update(bytes.subarray(0, -32)).digest()).toEqual(bytes.subarray(-32));

  const path = join(folder, 'half.db');
  await expect(writeBackup(path, Readable.from([bytes.subarray(0, 1_000)]))).rejects.toThrow('did not arrive whole');
  expect([existsSync(path), existsSync(`${path}.part`)]).toEqual([false, false]);
});

it('says what a backup holds, and makes the data of a new cluster from it', async () => {
  await wherry('snapshot save whole.db');
  const { revision } = etcd.store.status();
  const json = await wherry('snapshot status whole.db -o json', '');
  expect(json).toMatchObject({ code: 0, err: '' });
  const shown = JSON.parse(json.out) as { revision: number };
  expect(shown).toMatchObject({ revision, members: ['alone'] });
  expect((await wherry('snapshot status whole.db', '')).out).toMatch(/^HASH +REVISION +TOTAL KEYS +TOTAL SIZE\n/);
  const restored = await wherry('snapshot restore whole.db --data-dir=restored', '');
  expect(restored).toMatchObject({ code: 0, err: '' });
  expect(restored.out).toContain(`at revision ${revision} into restored`);
  const again = await wherry('snapshot restore whole.db --data-dir=restored', '');
  expect(again).toMatchObject({ code: 1, out: '' });
  expect(again.err).toContain('is not empty');
});

it('takes nothing from a backup that is not as it was written', async () => {
  await wherry('snapshot save good.db');
  const bytes = readFileSync(join(folder, 'good.db'));
  const bad = Buffer.from(bytes);
  bad[bytes.length >> 1]! ^= 1;
  writeFileSync(join(folder, 'bad.db'), bad);
  writeFileSync(join(folder, 'short.db'), bytes.subarray(0, 20));
  for (const name of ['bad', 'short', 'none']) {
    const refused = await wherry(`snapshot restore ${name}.db --data-dir=never`, '');
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toMatch(/the snapshot is damaged|no such file/);
  }
  expect(existsSync(join(folder, 'never'))).toBe(false);
  expect((await wherry('snapshot restore good.db --data-dir=d --initial-cluster=x', '')).err).toContain(
    'is not name=URL',
  );
  expect((await wherry('snapshot restore good.db', '')).err).toContain('--data-dir is not given');
});

it('shows alarms and takes them back', async () => {
  const [member] = etcd.store.members();
  await etcd.store.raiseAlarm({ member: member!.id, type: 'noSpace' });
  const line = `memberID:${formatId(member!.id)} alarm:NOSPACE\n`;
  expect((await wherry('alarm list')).out).toBe(line);
  expect((await wherry('alarm disarm')).out).toBe(line);
  expect((await wherry('alarm list')).out).toBe('');
});

it('writes ids and sizes as etcdctl does', () => {
  expect([formatId(255), formatId(0xc863_fdcb_dde7_4a22n)]).toEqual(['ff', 'c863fdcbdde74a22']);
  expect([parseId('ff'), parseId('c863fdcbdde74a22')]).toEqual([255, 0xc863_fdcb_dde7_4a22n]);
  expect([0, 999, 1_000, 20_480, 2_500_000].map(formatBytes)).toEqual(['0 B', '999 B', '1.0 kB', '20 kB', '2.5 MB']);
});
