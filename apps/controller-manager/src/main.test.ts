import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { configMaps, deployments, events, leases, pods, replicaSets, type Deployment } from '@wherry/api';
import { startTestApiserver, type TestApiserver } from '../../../test/fixture/cluster-fixture.ts';
import { eventually, items } from './testing.ts';

let api: TestApiserver;
let dir: string;
let children: ChildProcess[] = [];
beforeEach(async () => {
  [api, dir] = await Promise.all([startTestApiserver(), mkdtemp(join(tmpdir(), 'controller-manager-'))]);
  const { servers, ca = '', cert = '', key = '' } = await api.configFor('system:kube-controller-manager');
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: servers[0], 'certificate-authority-data': base64(ca) } }],
    users: [{ name: 'u', user: { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  await writeFile(join(dir, 'kubeconfig'), JSON.stringify(kubeconfig));
  await writeFile(join(dir, 'ca.crt'), ca);
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
  await api.close();
  await rm(dir, { recursive: true, force: true });
});

function start(port: number): { child: ChildProcess; log: () => string } {
  const child = spawn(
    process.execPath,
    [
      join(import.meta.dirname, 'main.ts'),
      `--kubeconfig=${join(dir, 'kubeconfig')}`,
      `--root-ca-file=${join(dir, 'ca.crt')}`,
      '--cluster-cidr=10.244.0.0/16',
      '--bind-address=127.0.0.1',
      `--secure-port=${port}`,
      '--leader-elect-lease-duration=2s',
      '--leader-elect-renew-deadline=1s',
      '--leader-elect-retry-period=100ms',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  children.push(child);
  let log = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  return { child, log: () => log };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

function get(port: number, path: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port, path, rejectUnauthorized: false }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    call.on('error', reject);
    call.end();
  });
}

test('the daemon leads, works, tells how it is over HTTPS, and stops when asked', async () => {
  const port = await freePort();
  const { child, log } = start(port);
  await eventually(async () =>
    (await items(api, configMaps, 'default')).some(({ metadata }) => metadata.name === 'kube-root-ca.crt'),
  );
  expect(await get(port, '/healthz')).toEqual({ status: 200, body: 'ok' });
  const { body } = await get(port, '/metrics');
  expect(body).toMatch(/^workqueue_depth\{name="deployment-controller"\} 0$/m);
  expect(body).toMatch(/^workqueue_adds_total\{name="serviceaccount-controller"\} \d+$/m);
  expect(body).toMatch(/^leader_election_master_status\{name="kube-controller-manager"\} 1$/m);
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  expect(code, log()).toBe(0);
});

test('killed at any moment and started again it makes nothing twice', async () => {
  const spec: unknown = {
    replicas: 60,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
  };
  await api.client
    .resource(deployments)
    .create({ metadata: { name: 'web', namespace: 'default' }, spec: spec as Deployment['spec'] });
  const count = async (): Promise<number> => (await items(api, pods, 'default')).length;
  for (const reached of [1, 15, 40]) {
    const { child } = start(0);
    await eventually(async () => (await count()) >= reached);
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  start(0);
  await eventually(
    async () => (await api.client.resource(deployments).get('web', { namespace: 'default' })).status?.replicas === 60,
  );
  expect(await count()).toBe(60);
  expect(await items(api, replicaSets, 'default')).toHaveLength(1);
  expect((await items(api, events, 'default')).filter(({ reason }) => reason === 'SuccessfulDelete')).toEqual([]);
});

test('a leader whose Lease another has taken stops working, and works again when the Lease is free', async () => {
  const { child, log } = start(0);
  const lease = api.client.resource(leases);
  const at = { namespace: 'kube-system' };
  await eventually(async () => log().includes('controllers started'));
  const thief = { spec: { holderIdentity: 'somebody-else', renewTime: new Date().toISOString().replace('Z', '000Z') } };
  await lease.patch('kube-controller-manager', thief, { type: 'merge', ...at });
  await eventually(async () => log().includes('leadership lost'));
  await api.client.resource(configMaps).delete('kube-root-ca.crt', { namespace: 'default' });
  // Made again only by somebody who leads; the thief's lease runs out after two seconds.
  await eventually(async () =>
    (await items(api, configMaps, 'default')).some(({ metadata }) => metadata.name === 'kube-root-ca.crt'),
  );
  expect(child.exitCode, log()).toBe(null);
});
