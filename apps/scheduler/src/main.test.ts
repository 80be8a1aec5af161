import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { leases, nodes, pods } from '@wherry/api';
import { createCa, issue } from '@wherry/pki';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestApiserver, type TestApiserver } from '../../../test/fixture/cluster-fixture.ts';

let cluster: TestApiserver;
let directory: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  cluster = await startTestApiserver();
  directory = mkdtempSync(join(tmpdir(), 'scheduler-'));
  const { ca, cert, key } = await cluster.configFor('system:kube-scheduler');
  const file = (name: string, text: string): string => {
    writeFileSync(join(directory, name), text);
    return name;
  };
  writeFileSync(
    join(directory, 'kubeconfig'),
    JSON.stringify({
      'current-context': 'c',
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
      clusters: [
        { name: 'c', cluster: { server: cluster.server.url, 'certificate-authority': file('ca.crt', ca ?? '') } },
      ],
      users: [
        {
          name: 'u',
          user: { 'client-certificate': file('u.crt', cert ?? ''), 'client-key': file('u.key', key ?? '') },
        },
      ],
    }),
  );
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await cluster.close();
  rmSync(directory, { recursive: true });
});

/** Starts the daemon and collects the messages of its log. */
function start(...flags: string[]) {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const all = ['--kubeconfig', join(directory, 'kubeconfig'), '--bind-address=127.0.0.1', ...flags];
  const child = spawn(process.execPath, [main, ...all], { stdio: ['ignore', 'inherit', 'pipe'] });
  children.push(child);
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { child, ended, log: () => text };
}
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}

it('schedules as the leader, hands over when stopped, and another instance goes on', async () => {
  const node = await cluster.client.resource(nodes).create({ metadata: { name: 'n' }, spec: {} });
  const allocatable = { cpu: '4', memory: '4Gi', pods: '10' };
  await cluster.client.resource(nodes).updateStatus({ ...node, status: { allocatable } });
  await cluster.client.resource(nodes).patch('n', { spec: { taints: null } }, { type: 'merge' });
  const create = (name: string) =>
    cluster.client.resource(pods).create({
      metadata: { name, namespace: 'default' },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    });
  const isBound = async (name: string): Promise<boolean> =>
    (await cluster.client.resource(pods).get(name, { namespace: 'default' })).spec.nodeName === 'n';

  const fast = ['--secure-port=0', '--leader-elect-retry-period=50ms', '--leader-elect-lease-duration=15s'];
  const first = start(...fast);
  await until(() => first.log().includes('"scheduling"'));
  const second = start(...fast);
  await until(() => second.log().includes('"new leader"'));
  await create('p1');
  await until(() => isBound('p1'));
  first.child.kill('SIGTERM');
  expect(await first.ended).toBe(0);
  await create('p2');
  await until(() => isBound('p2'));
  const lease = await cluster.client.resource(leases).get('kube-scheduler', { namespace: 'kube-system' });
  expect(lease.spec.leaseTransitions).toBe(1);
  expect(first.log()).not.toContain('"level":50');
  second.child.kill('SIGTERM');
  expect(await second.ended).toBe(0);
});

it('serves its health to all over HTTPS, and its metrics to those with a certificate of the CA', async () => {
  const ca = await createCa('test');
  const serving = await issue(ca, {
    commonName: 'x',
    dnsNames: ['localhost'],
    ipAddresses: ['127.0.0.1'],
    usages: ['server'],
  });
  const client = await issue(ca, { commonName: 'prometheus', usages: ['client'] });
  for (const [name, text] of [
    ['s.crt', serving.cert],
    ['s.key', serving.key],
    ['clients.crt', ca.cert],
  ] as const) {
    writeFileSync(join(directory, name), text);
  }
  const path = (name: string): string => join(directory, name);
  const config = path('config.yaml');
  const port = await freePort();
  writeFileSync(
    config,
    `securePort: ${port}\ntlsCertFile: ${path('s.crt')}\ntlsPrivateKeyFile: ${path('s.key')}\nclientCaFile: ${path('clients.crt')}\nleaderElect: false\n`,
  );
  const daemon = start(`--config=${config}`);
  await until(() => daemon.log().includes('"scheduling"'));
  const get = (url: string, identity = {}): Promise<[number | undefined, string]> =>
    new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port, path: url, ca: ca.cert, ...identity };
      request(options, (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => {
          body += chunk.toString();
        });
        response.on('end', () => resolve([response.statusCode, body]));
      })
        .on('error', reject)
        .end();
    });
  expect(await get('/readyz?verbose')).toEqual([200, '[+]ping ok\n[+]informer-sync ok\nreadyz check passed\n']);
  expect((await get('/metrics'))[0]).toBe(401);
  const [status, metrics] = await get('/metrics', client);
  expect(status).toBe(200);
  expect(metrics).toContain('scheduler_pending_pods{queue="active"} 0');
  expect(metrics).toMatch(/rest_client_requests_total\{code="200",method="GET"\} \d/);
  daemon.child.kill('SIGTERM');
  expect(await daemon.ended).toBe(0);
});

it('says what is wrong with its configuration and exits', async () => {
  const daemon = start('--secure-port=0', '--tls-cert-file=/x', '--kubeconfig=/does/not/exist');
  expect(await daemon.ended).toBe(1);
  expect(daemon.log()).toContain('/does/not/exist: no such file or directory');
});
