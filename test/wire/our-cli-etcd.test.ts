import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureEtcdPki } from '@wherry/pki';
import { EtcdProcess, findEtcd } from '@wherry/store/etcd-process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, ok, run, wherry, type Result } from '../e2e/run.ts';

/** `wherry etcd` speaks to a real etcd as it does to ours. */
let etcd: EtcdProcess;
let folder: string;
const pki = (name: string): string => join(folder, 'etcd', name);
const etcdctl = `${process.env['WHERRY_CLIENTS']}/etcdctl-3.4`;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wherry-cli-etcd-'));
  await ensureEtcdPki({ dir: folder, commonName: 'etcd', dnsNames: [], ipAddresses: [], now: new Date() });
  const tls = [
    `--cert-file=${pki('server.crt')}`,
    `--key-file=${pki('server.key')}`,
    `--trusted-ca-file=${pki('ca.crt')}`,
    '--client-cert-auth',
  ];
  etcd = await EtcdProcess.start(findEtcd()!, tls, 'https');
  await eventually('etcd answers', async () => (await ours('member', 'list')).code === 0);
});
afterAll(async () => {
  await etcd?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const identity = (): string[] => [
  `--endpoints=${etcd.url}`,
  `--cacert=${pki('ca.crt')}`,
  `--cert=${pki('healthcheck-client.crt')}`,
  `--key=${pki('healthcheck-client.key')}`,
];
const ours = (...args: string[]): Promise<Result> => run(wherry, ['etcd', ...args, ...identity()], { cwd: folder });
const theirs = (...args: string[]): Promise<string> =>
  ok(etcdctl, [...args, ...identity()], { cwd: folder, env: { ETCDCTL_API: '3' } });

it('lists its members as etcdctl does', async () => {
  const [line] = (await theirs('member', 'list')).split('\n');
  const [id, status, name, peers, clients, learner] = line!.split(', ');
  const { stdout } = await ours('member', 'list');
  expect(stdout.split('\n')[1]?.split(/ {2,}/)).toEqual([id, status, name, peers, clients, learner]);
});

it('saves a backup that etcdctl takes for one of etcd’s', async () => {
  await theirs('put', 'key', 'value');
  expect((await ours('snapshot', 'save', 'backup.db')).stdout).toMatch(/^Snapshot saved at backup.db/);
  const status = await ok(etcdctl, ['snapshot', 'status', join(folder, 'backup.db'), '-w', 'json'], {
    env: { ETCDCTL_API: '3' },
  });
  expect(JSON.parse(status)).toMatchObject({ revision: 2 });
  // It is not one of ours.
  const refused = await run(wherry, ['etcd', 'snapshot', 'status', join(folder, 'backup.db')]);
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toContain('this is not a snapshot of a wherry store');
});

it('shows its state, defragments it, and passes on what it says', async () => {
  const [known] = JSON.parse((await ours('status', '-o', 'json')).stdout) as { revision: number; version: string }[];
  expect(known).toMatchObject({ revision: 2, version: expect.stringMatching(/^3\./) });
  expect((await ours('defrag')).stdout).toBe(`Finished defragmenting etcd member[${etcd.url}]\n`);
  expect(await ours('member', 'remove', 'abc')).toMatchObject({
    code: 1,
    stderr: 'error: etcdserver: member not found\n',
  });
  expect((await ours('member', 'promote', 'abc')).stderr).toBe('error: etcdserver: member not found\n');
});
