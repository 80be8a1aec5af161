import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loadKubeconfig, resolveKubeconfig } from './kubeconfig.ts';
import { clusterEntryOf } from './kubeconfig-file.ts';

const directory = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
afterAll(() => rmSync(directory, { recursive: true }));
const write = (name: string, text: string): string => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};
const pem = '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n';

const first = write(
  'first',
  `apiVersion: v1
kind: Config
current-context: one
clusters: [{name: c, cluster: {server: 'https://a:6443', certificate-authority: ca.crt}}]
users: [{name: u, user: {token: t}}]
contexts: [{name: one, context: {cluster: c, user: u}}]
`,
);
const second = write(
  'second',
  `current-context: two
clusters: [{name: c, cluster: {server: 'https://other'}}, {name: d, cluster: {server: 'http://d', certificate-authority-data: ${Buffer.from(pem).toString('base64')}}}]
users: [{name: v, user: {username: n, password: p, as: jane, as-groups: [g]}}]
contexts: [{name: two, context: {cluster: d, user: v, namespace: ns}}, {name: bad, context: {cluster: nope}}]
`,
);
write('ca.crt', pem);

it('resolves the current context, with paths relative to the file', () => {
  const { config, namespace, context } = loadKubeconfig({ path: first });
  expect({ config, namespace, context }).toMatchObject({
    config: { servers: ['https://a:6443'], ca: pem, token: 't' },
    namespace: 'default',
    context: 'one',
  });
});

it('merges the files of $KUBECONFIG: the first to name something wins, missing files are skipped', () => {
  const env = { KUBECONFIG: [first, join(directory, 'none'), second].join(':') };
  expect(loadKubeconfig({ env }).config.servers).toEqual(['https://a:6443']);
  expect(loadKubeconfig({ env, context: 'two' })).toMatchObject({
    config: {
      servers: ['http://d'],
      ca: pem,
      username: 'n',
      password: 'p',
      impersonate: { user: 'jane', groups: ['g'] },
    },
    namespace: 'ns',
  });
  expect(loadKubeconfig({ env, context: 'two', cluster: 'c', user: 'u', namespace: 'x' })).toMatchObject({
    config: { servers: ['https://a:6443'], token: 't' },
    namespace: 'x',
  });
});

it('takes the servers of our extension after the one that everybody knows', () => {
  const entry = (extension: unknown) =>
    JSON.stringify({
      'current-context': 'one',
      clusters: [{ name: 'c', cluster: { server: 'https://a', extensions: [{ name: 'other' }, extension] } }],
      contexts: [{ name: 'one', context: { cluster: 'c' } }],
    });
  const ours = { name: 'wherry.io/servers', extension: { servers: ['https://b', 'https://a', 'https://c'] } };
  const path = write('several', entry(ours));
  expect(loadKubeconfig({ path }).config.servers).toEqual(['https://a', 'https://b', 'https://c']);
  expect(loadKubeconfig({ path, server: 'https://x' }).config.servers).toEqual(['https://x']);
  const bad = write('bad-servers', entry({ name: 'wherry.io/servers', extension: { servers: 'https://b' } }));
  expect(() => loadKubeconfig({ path: bad })).toThrow('the extension wherry.io/servers has no list of servers');
});

it('writes down several servers as it reads them, and one alone as everybody does', () => {
  expect(clusterEntryOf(['https://a'])).toEqual({ server: 'https://a' });
  const cluster = clusterEntryOf(['https://a', 'https://b']);
  expect(cluster.server).toBe('https://a');
  const file = { clusters: [{ name: 'c', cluster }], contexts: [{ name: 'x', context: { cluster: 'c' } }] };
  expect(resolveKubeconfig(file, { context: 'x' }).config.servers).toEqual(['https://a', 'https://b']);
});

it('says what is missing', () => {
  expect(() => loadKubeconfig({ path: join(directory, 'none') })).toThrow(/none: no such file or directory/);
  expect(() => loadKubeconfig({ path: first, context: 'x' })).toThrow('context "x" does not exist');
  expect(() => loadKubeconfig({ path: second, context: 'bad' })).toThrow('cluster "nope" does not exist');
  expect(() => loadKubeconfig({ path: first, user: 'x' })).toThrow('auth info "x" does not exist');
  expect(() => loadKubeconfig({ env: { KUBECONFIG: join(directory, 'none') } })).toThrow(
    'no configuration has been provided',
  );
});

it('says what is wrong with a file', () => {
  expect(() => loadKubeconfig({ path: write('list', '- a') })).toThrow(/list": a kubeconfig must be a YAML mapping/);
  expect(() => loadKubeconfig({ path: write('yaml', 'a: [') })).toThrow(/error loading config file ".*yaml"/);
  expect(() => loadKubeconfig({ path: write('kind', 'kind: Pod') })).toThrow('no kind "Pod" is registered');
  expect(() => loadKubeconfig({ path: write('unnamed', 'clusters: [{cluster: {}}]') })).toThrow('clusters[0].name');
  const half =
    'current-context: a\nclusters: [{name: c, cluster: {server: "https://x"}}]\ncontexts: [{name: a, context: {cluster: c, user: u}}]\n';
  const half1 = write('half', `${half}users: [{name: u, user: {client-certificate: ca.crt}}]`);
  expect(() => loadKubeconfig({ path: half1 })).toThrow('client-certificate and client-key must be given together');
  const data = write('data', `${half}users: [{name: u, user: {client-key-data: eA==}}]`);
  expect(() => loadKubeconfig({ path: data })).toThrow('client-key-data is not a base64 PEM');
});
