import { nodes, pods, serviceAccounts, type Pod } from '@wherry/api';
import { createLogger } from '@wherry/daemon';
import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestApiserver, type TestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { RestClient } from '@wherry/client';
import { writePayload } from './atomic-writer.ts';
import { volumePayload } from './payload.ts';
import { keepsUntilMs, refreshAtMs } from './token-age.ts';
import { Tokens } from './tokens.ts';

const log = createLogger('test-tokens');
log.level = 'silent';
const context = { podIp: '', hostIp: '', nodeName: 'n', allocatable: {} };
const projection = { path: 'token', expirationSeconds: 3607 };
const volume = { name: 'access', projected: { sources: [{ serviceAccountToken: projection }] } };
let cluster: TestApiserver;
let node: RestClient;
let pod: Pod;

beforeEach(async () => {
  cluster = await startTestApiserver();
  await cluster.client.resource(serviceAccounts).create({ metadata: { name: 'web', namespace: 'default' } });
  await cluster.client.resource(nodes).create({ metadata: { name: 'n' }, spec: {} });
  pod = await cluster.client.resource(pods).create({
    metadata: { name: 'p', namespace: 'default' },
    spec: {
      nodeName: 'n',
      serviceAccountName: 'web',
      containers: [{ name: 'app', image: 'web' }],
      volumes: [volume],
    },
  });
  node = new RestClient(await cluster.configFor('system:node:n', ['system:nodes']));
});
afterEach(async () => {
  node.close();
  await cluster.close();
});

const subjectOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>;

test('a pod shows a token of its account that is bound to it, and asked for once', async () => {
  const tokens = new Tokens(node, log, () => undefined);
  const token = (await tokens.fetch(pod))(projection);
  expect(subjectOf(token)).toMatchObject({
    sub: 'system:serviceaccount:default:web',
    'kubernetes.io': { pod: { name: 'p', uid: pod.metadata.uid } },
  });
  expect((await tokens.fetch(pod))(projection)).toBe(token);
  tokens.forget(pod.metadata.uid!);
  expect((await tokens.fetch(pod))(projection)).not.toBe(token);
  tokens.forget(pod.metadata.uid!);
});

test('a token that has lived long is replaced; when that fails the old one is shown as long as it is good', async () => {
  let now = Date.now();
  const tokens = new Tokens(
    node,
    log,
    () => undefined,
    () => now,
  );
  const first = (await tokens.fetch(pod))(projection);
  now += 3_000_000;
  const second = (await tokens.fetch(pod))(projection);
  expect(second).not.toBe(first);
  await cluster.client.resource(serviceAccounts).delete('web', { namespace: 'default' });
  now += 200_000;
  expect((await tokens.fetch(pod))(projection)).toBe(second);
  now += 24 * 3_600_000;
  const gone = await tokens.fetch(pod);
  expect(() => gone(projection)).toThrow('failed to fetch token: serviceaccounts "web" not found');
  tokens.forget(pod.metadata.uid!);
});

test('a token is replaced after four fifths of its life or a day', () => {
  expect(refreshAtMs(1_000_000, 1_000)).toBe(800_000);
  const year = 365 * 24 * 3_600;
  expect(refreshAtMs(year * 1_000, year)).toBe(24 * 3_600_000);
  expect(keepsUntilMs('never')).toBe(0);
});

test.runIf(process.getuid?.() === 0)('a token is for whom the containers run as alone', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'token-'));
  const objects = { configMap: () => undefined, secret: () => undefined, token: () => 'secret' };
  const access = async (securityContext: Pod['spec']['securityContext'], containerUser?: number) => {
    const containers = [{ name: 'app', image: 'web', securityContext: { runAsUser: containerUser } }];
    const subject = { ...pod, spec: { ...pod.spec, securityContext, containers } };
    const group = securityContext?.fsGroup;
    await writePayload(dir, volumePayload(subject, volume, objects, context)!, group);
    const { mode, uid, gid } = await stat(join(dir, 'token'));
    expect(await readFile(join(dir, 'token'), 'utf8')).toBe('secret');
    await rm(dir, { recursive: true });
    await mkdir(dir);
    return `${(mode & 0o777).toString(8)} ${uid}:${gid}`;
  };
  expect(await access(undefined)).toBe('644 0:0');
  expect(await access({ runAsUser: 1000 })).toBe('600 1000:0');
  expect(await access({ runAsUser: 1000 }, 2000)).toBe('600 2000:0');
  expect(await access({ fsGroup: 3000 })).toBe('640 0:3000');
  await rm(dir, { recursive: true });
});
