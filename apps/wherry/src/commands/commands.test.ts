import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kubectlOnPath, startTestCluster, type TestCluster } from '../cli/test-cluster.ts';
import { seed, seedStatuses } from './seed.ts';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startTestCluster();
  await cluster.create(seed);
  for (const [name, status] of seedStatuses) {
    const run = await cluster.wherry([
      'patch',
      name,
      '--subresource=status',
      '--type=merge',
      '-p',
      JSON.stringify({ status }),
    ]);
    if (run.code !== 0) throw new Error(run.err);
  }
}, 60_000);
afterAll(async () => await cluster.close());

/** Output of a run that must succeed. */
async function out(line: string | string[], options?: Parameters<TestCluster['wherry']>[1]): Promise<string> {
  const run = await cluster.wherry(line, options);
  expect(run.err + run.code).toBe('0');
  return run.out;
}

/** What a run that must fail says. */
async function err(line: string, options?: Parameters<TestCluster['wherry']>[1]): Promise<string> {
  const run = await cluster.wherry(line, options);
  expect(run.code).toBe(1);
  return run.err;
}

const configMap = (name: string, data: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {${data}}\n`;

describe('apply', () => {
  test('creates, leaves alone, changes, and takes away what the manifest no longer has', async () => {
    expect(await out('apply -f -', { stdin: configMap('a1', 'a: "1", b: "2"') })).toBe('configmap/a1 created\n');
    expect(await out('apply -f -', { stdin: configMap('a1', 'a: "1", b: "2"') })).toBe('configmap/a1 unchanged\n');
    await out(['patch', 'cm', 'a1', '--type=merge', '-p', '{"data":{"other":"kept"}}']);
    expect(await out('apply -f - --dry-run=server', { stdin: configMap('a1', 'a: "2"') })).toBe(
      'configmap/a1 configured (server dry run)\n',
    );
    expect(await out('apply -f -', { stdin: configMap('a1', 'a: "2"') })).toBe('configmap/a1 configured\n');
    expect(await out('get cm a1 -o jsonpath={.data}')).toBe('{"a":"2","other":"kept"}');
  });
  test('reads directories, and those within only with -R', async () => {
    mkdirSync(join(cluster.directory, 'dir', 'sub'), { recursive: true });
    writeFileSync(join(cluster.directory, 'dir', 'a.yaml'), configMap('d1', 'a: b'));
    writeFileSync(join(cluster.directory, 'dir', 'sub', 'b.yaml'), configMap('d2', 'a: b'));
    expect(await out('apply -f dir')).toBe('configmap/d1 created\n');
    expect(await out('apply -R -f dir')).toBe('configmap/d1 unchanged\nconfigmap/d2 created\n');
  });
  test('warns about an object that it did not make, and then owns it', async () => {
    await out('create cm plain --from-literal=a=b');
    const run = await cluster.wherry('apply -f -', { stdin: configMap('plain', 'a: c') });
    expect(run.err).toContain(
      'Warning: resource configmaps/plain is missing the kubectl.kubernetes.io/last-applied-configuration annotation',
    );
    expect(run.out).toBe('configmap/plain configured\n');
  });
  test('refuses unknown fields and kinds, and stores nothing', async () => {
    expect(await err('apply -f -', { stdin: `${configMap('bad', '')}nope: 1\n` })).toContain(
      'error when creating "STDIN": ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "nope"',
    );
    expect(await err('apply -f -', { stdin: 'apiVersion: v9\nkind: Foo\nmetadata: {name: x}\n' })).toContain(
      'no matches for kind "Foo" in version "v9"',
    );
    expect(await err('get cm bad')).toBe('Error from server (NotFound): configmaps "bad" not found\n');
  });
});

describe('delete', () => {
  test('waits until the object is gone, and says from where', async () => {
    await out('create cm gone');
    expect(await out('delete cm gone')).toBe('configmap "gone" deleted from default namespace\n');
    expect(await err('delete cm gone')).toBe('Error from server (NotFound): configmaps "gone" not found\n');
    expect(await out('delete cm gone --ignore-not-found')).toBe('');
  });
  test('takes a selector, and says when it matches nothing', async () => {
    await out('create ns del');
    for (const name of ['x', 'y']) await out(`create cm ${name} -n del`);
    await out('label cm x -n del a=b');
    expect(await out('delete cm -n del -l a=b')).toBe('configmap "x" deleted from del namespace\n');
    expect(await out('delete cm -n del -l a=b')).toBe('No resources found\n');
    expect(await out('delete cm -n del --all')).toContain('configmap "y" deleted from del namespace\n');
  });
  test('gives up on what does not go in time', async () => {
    await out('create cm stuck');
    await out(['patch', 'cm', 'stuck', '--type=merge', '-p', '{"metadata":{"finalizers":["x.io/y"]}}']);
    expect(await err('delete cm stuck --timeout=100ms')).toBe(
      'error: timed out waiting for the condition on configmaps/stuck\n',
    );
    await out(['patch', 'cm', 'stuck', '--type=merge', '-p', '{"metadata":{"finalizers":null}}']);
  });
});

test('a watch shows what is there, and then each change', async () => {
  await out('create ns watched');
  await out('create cm first -n watched');
  const stop = new AbortController();
  let seen = '';
  const running = cluster.wherry('get cm -n watched -w', { signal: stop.signal, onOutput: (text) => (seen += text) });
  await expect.poll(() => seen, { timeout: 10_000 }).toMatch(/^NAME +DATA +AGE\nfirst +0 +\d+s\n/);
  await out('create cm second -n watched --from-literal=a=b');
  await expect.poll(() => seen, { timeout: 10_000 }).toMatch(/\nsecond +1 +\d+s\n$/);
  stop.abort();
  expect((await running).out.match(/NAME/g)).toHaveLength(1);
});

test('wait returns when a condition comes true', async () => {
  const waiting = cluster.wherry('wait cm/later --for=create --timeout=20s');
  await out('create cm later');
  expect(await waiting).toEqual({ code: 0, out: 'configmap/later condition met\n', err: '' });
  expect(await err("wait cm/later --for=jsonpath='{.data.x}'=1 --timeout=50ms")).toBe(
    'error: timed out waiting for the condition on configmaps/later\n',
  );
});

test('edit sends what the editor changed, and nothing when it changed nothing', async () => {
  await out('create cm edited --from-literal=a=before');
  expect(await out('edit cm edited', { env: { EDITOR: 'sed -i s/before/after/' } })).toBe('configmap/edited edited\n');
  expect(await out('get cm edited -o jsonpath={.data.a}')).toBe('after');
  expect(await out('edit cm edited', { env: { EDITOR: 'true' } })).toBe('Edit cancelled, no changes made.\n');
});

test('a deployment is scaled, paused, restarted and resumed', async () => {
  const spec =
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: roll}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}\n';
  await cluster.create(spec);
  expect(await out('scale deploy/roll --replicas=4 --current-replicas=1')).toBe('deployment.apps/roll scaled\n');
  expect(await err('scale deploy/roll --replicas=5 --current-replicas=1')).toBe(
    'error: Expected replicas to be 1, was 4\n',
  );
  expect(await out('rollout pause deploy/roll')).toBe('deployment.apps/roll paused\n');
  expect(await err('rollout restart deploy/roll')).toContain(
    "can't restart paused deployment (run rollout resume first)",
  );
  expect(await out('rollout resume deploy/roll')).toBe('deployment.apps/roll resumed\n');
  expect(await out('rollout restart deploy roll')).toBe('deployment.apps/roll restarted\n');
  const annotations = await out('get deploy roll -o jsonpath={.spec.template.metadata.annotations}');
  expect(annotations).toMatch(/^\{"kubectl.kubernetes.io\/restartedAt":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"\}$/);
});

test('a node is cordoned once, and drained of what may go', async () => {
  const node = 'apiVersion: v1\nkind: Node\nmetadata: {name: n2}\n';
  await cluster.create(
    `${node}---\napiVersion: v1\nkind: Pod\nmetadata: {name: on-n2}\nspec: {nodeName: n2, containers: [{name: c, image: i}]}\n`,
  );
  expect(await out('cordon n2')).toBe('node/n2 cordoned\n');
  expect(await out('cordon n2')).toBe('node/n2 already cordoned\n');
  expect(await err('drain n2')).toContain(
    'cannot delete Pods that declare no controller (use --force to override): default/on-n2',
  );
  expect(await out('uncordon n2')).toBe('node/n2 uncordoned\n');
});

describe.skipIf(!kubectlOnPath)('line by line as kubectl from PATH (skipped where there is none)', () => {
  const lines = [
    'get pods',
    'get pods -o wide',
    'get pods -A',
    'get po,svc',
    'get po,svc --no-headers',
    'get pod big small',
    'get pod nope',
    'get pod big nope',
    'get pods -l app=none',
    'get foo',
    'get pods --show-labels',
    'get pods -L app,tier',
    'get pods,svc -o name',
    'get all',
    'get all -A',
    'get nodes -o wide',
    'get svc -o wide',
    'get deploy web -o yaml',
    'get pod big -o json',
    'get pods -o yaml',
    "get pods -o jsonpath='{range .items[*]}{.metadata.name}{end}'",
    'get pods -o custom-columns=N:.metadata.name,I:.spec.containers[*].image',
    'get pods --sort-by=.metadata.name',
    "get pod big -o go-template='{{range .spec.containers}}{{.image}},{{end}}'",
    'get ep,endpointslices',
    'get cm c -o yaml',
    'get leases -A',
    'get ns nope',
    'get pods -n nope',
    'describe node n1',
    'describe pod big',
    'describe pod small',
    'describe deploy web',
    'describe svc web',
    'describe svc head',
    'describe cm c',
    'describe secret s',
    'describe ns default',
    'describe ep web',
    'describe endpointslices web-abc',
    'describe lease n1 -n kube-node-lease',
    'describe pod nope',
    'describe event e1',
    'get pods,nodes -A',
    'get nodes,pods -A --no-headers',
    'get nope.apps',
    "get pods -l 'a in (b'",
    'get pods --field-selector foo=bar',
    'rollout history deploy',
    'describe sa default',
    'explain pod',
    'explain deploy.spec.strategy',
    'explain pod.spec --recursive',
    'explain pod.nope',
    'api-resources -o wide',
    'api-versions',
    'config get-contexts',
    'config current-context',
    'rollout status deploy/web --watch=false',
    'rollout history deploy nope',
    'label pod big app=other',
    'label pod big app=big',
    'create ns default',
    'delete pod nope',
    'create deployment UPPER --image=a',
    'exec big',
    'wait --for=condition=Initialized pod/big',
    'wait --for=condition=Ready pod/nope',
  ];
  test.each(lines)(
    '%s',
    async (line) => {
      // An age may pass a second between the two; the second look decides.
      await expect.poll(async () => difference(line), { timeout: 15_000 }).toEqual({});
    },
    20_000,
  );

  async function difference(line: string): Promise<object> {
    const ours = await cluster.wherry(line);
    const theirs = await cluster.kubectl(line);
    const said = (text: string): string => text.replaceAll('wherry', 'kubectl');
    const shown = asNewest(theirs.out);
    const same = asNewest(ours.out) === shown && said(ours.err) === theirs.err && ours.code === theirs.code;
    return same ? {} : { ours: { ...ours, err: said(ours.err) }, theirs: { ...theirs, out: shown } };
  }
});

/** What kubectl shows differently from version to version: both sides without it. */
function asNewest(text: string): string {
  return (
    text
      // An optional reference that is not set, once shown as a pointer.
      .replace(/(?:ConfigMapOptional|SecretOptionalName): +<nil>/g, 'Optional: false')
      .replace(/^ *Kube-Proxy Version: *\n/gm, '')
      .replace(/^(Mountable secrets|Tokens): +<none>\n/gm, '')
      // The names of ports, shown since 1.36.
      .replace(/(\d\/(?:TCP|UDP|SCTP)) \([a-z0-9-]+\)/g, '$1')
  );
}
