import { configMaps, nodes, pods, secrets } from '@wherry/api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, startKubeletNode, type KubeletNode } from './kubelet-fixture.ts';

const namespace = 'default';
let node: KubeletNode;

beforeAll(async () => {
  node = await startKubeletNode();
  await node.startKubelet();
});
afterAll(() => node?.close());

const idsOf = async (name: string): Promise<string[]> =>
  (await node.docker('ps', '-q', '--no-trunc', '--filter', `label=io.kubernetes.pod.name=${name}`)).split('\n').sort();
const idOf = (pod: string, container: string): Promise<string> =>
  node.docker(
    'ps',
    '-q',
    '--filter',
    `label=io.kubernetes.pod.name=${pod}`,
    '--filter',
    `label=io.kubernetes.container.name=${container}`,
  );

test('the node tells what it is', async () => {
  const { metadata, status } = await node.client.resource(nodes).get('node');
  expect(metadata.labels).toMatchObject({ 'kubernetes.io/hostname': 'node', 'kubernetes.io/os': 'linux' });
  expect(status?.nodeInfo?.containerRuntimeVersion).toMatch(/^docker:\/\/\d/);
  expect(status?.allocatable).toMatchObject({ pods: '110' });
  expect(status?.conditions?.map(({ type, status: value }) => `${type}=${value}`)).toEqual([
    'MemoryPressure=False',
    'DiskPressure=False',
    'PIDPressure=False',
    'Ready=True',
  ]);
});

test('a pod runs its init containers in order, then its apps, with environment and volumes', async () => {
  const { client, image } = node;
  await client.resource(configMaps).create({ metadata: { name: 'settings', namespace }, data: { color: 'green' } });
  const pw = Buffer.from('hunter2').toString('base64');
  await client.resource(secrets).create({ metadata: { name: 'keys', namespace }, data: { pw } });
  const d = { name: 'd', mountPath: '/d' };
  await node.create('whole', {
    initContainers: [
      { name: 'one', image, command: ['sh', '-c', 'echo one > /d/log'], volumeMounts: [d] },
      { name: 'two', image, command: ['sh', '-c', 'echo two >> /d/log'], volumeMounts: [d] },
    ],
    containers: [
      {
        name: 'app',
        image,
        command: ['sh', '-c', 'cat /d/log /settings/color /keys/pw; echo " $IP $PW $(COLOR)"; sleep 1000'],
        env: [
          { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
          { name: 'PW', valueFrom: { secretKeyRef: { name: 'keys', key: 'pw' } } },
          { name: 'COLOR', valueFrom: { configMapKeyRef: { name: 'settings', key: 'color' } } },
        ],
        readinessProbe: { exec: { command: ['cat', '/d/log'] }, periodSeconds: 1 },
        volumeMounts: [d, { name: 's', mountPath: '/settings' }, { name: 'k', mountPath: '/keys' }],
      },
    ],
    volumes: [
      { name: 'd', emptyDir: {} },
      { name: 's', configMap: { name: 'settings' } },
      { name: 'k', secret: { secretName: 'keys' } },
    ],
  });
  const { status } = await node.pod('whole', (pod) => pod.status?.containerStatuses?.[0]?.ready === true);
  expect(status?.phase).toBe('Running');
  expect(status?.podIP).toMatch(/^10\.244\.9\.\d+$/);
  const log = await eventually('the log is complete', async () => {
    const text = await node.logs('whole', 'container=app');
    if (!text.includes('hunter2 green')) throw new Error(text);
    return text;
  });
  expect(log).toBe(`one\ntwo\ngreenhunter2 ${status?.podIP} hunter2 green\n`);
});

test('a volume follows its ConfigMap', async () => {
  await node.client.resource(configMaps).patch('settings', { data: { color: 'blue' } }, { type: 'merge', namespace });
  await eventually('the file has changed', async () => {
    const { output } = await node.exec('whole', ['cat', '/settings/color']);
    if (output !== 'blue') throw new Error(output);
  });
});

test('a command in a container tells its output and its exit code', async () => {
  const { output, status } = await node.exec('whole', ['sh', '-c', 'echo out; exit 7']);
  expect(output).toBe('out\n');
  expect(status).toMatchObject({
    status: 'Failure',
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: '7' }] },
  });
});

test('a killed container is started again in the same sandbox, and its former log can be read', async () => {
  await node.create('killed', {
    containers: [{ name: 'app', image: node.image, command: ['sh', '-c', 'echo run; sleep 1000'] }],
  });
  const before = await node.pod('killed', (pod) => pod.status?.phase === 'Running');
  const sandbox = await idOf('killed', 'POD');
  await node.docker('kill', await idOf('killed', 'app'));
  const after = await node.pod(
    'killed',
    (pod) =>
      pod.status?.containerStatuses?.[0]?.state?.running !== undefined &&
      pod.status.containerStatuses[0].restartCount === 1,
  );
  expect(after.status?.podIP).toBe(before.status?.podIP);
  expect(await idOf('killed', 'POD')).toBe(sandbox);
  expect(after.status?.containerStatuses?.[0]?.lastState?.terminated).toMatchObject({ exitCode: 137, reason: 'Error' });
  expect(await node.logs('killed', 'previous=true')).toBe('run\n');
});

test('a pod whose sandbox is killed is rebuilt with a new one', async () => {
  await node.create('rebuilt', {});
  await node.pod('rebuilt', (pod) => pod.status?.phase === 'Running');
  const sandbox = await idOf('rebuilt', 'POD');
  await node.docker('kill', sandbox);
  const after = await node.pod(
    'rebuilt',
    (pod) => pod.status?.containerStatuses?.[0]?.restartCount === 1 && pod.status.containerStatuses[0].ready,
  );
  expect(await idOf('rebuilt', 'POD')).not.toBe(sandbox);
  expect(after.status?.podIP).toMatch(/^10\.244\.9\.\d+$/);
});

test('a kubelet that was killed adopts what runs and removes what nobody wants any more', async () => {
  await node.create('kept', {});
  await node.create('dropped', {});
  const kept = await node.pod('kept', (pod) => pod.status?.phase === 'Running');
  await node.pod('dropped', (pod) => pod.status?.phase === 'Running');
  const foreign = await node.docker('run', '-d', '--network=none', node.image, 'sleep', '1000');
  const before = await idsOf('kept');
  await node.killKubelet();
  await node.client.resource(pods).delete('dropped', { namespace, gracePeriodSeconds: 0 });
  await node.startKubelet();
  await eventually('the orphan is gone', async () => {
    const left = await idsOf('dropped');
    if (left.join('') !== '') throw new Error(left.join());
  });
  expect(await idsOf('kept')).toEqual(before);
  const now = await node.pod('kept', (pod) => pod.status?.phase === 'Running');
  expect(now.status?.containerStatuses?.[0]).toMatchObject({ restartCount: 0, ready: true });
  expect(now.status?.podIP).toBe(kept.status?.podIP);
  expect(await node.docker('ps', '-q', '--no-trunc', '--filter', `id=${foreign}`)).toBe(foreign);
});

test('an image that cannot be had is reported in its stages', async () => {
  const { image } = node;
  await node.create('absent', {
    containers: [{ name: 'app', image: 'nowhere.invalid/x:1', imagePullPolicy: 'Never' }],
  });
  await node.create('misnamed', { containers: [{ name: 'app', image: 'BAD//x' }] });
  await node.create('nofile', { restartPolicy: 'Never', containers: [{ name: 'app', image, command: ['/nope'] }] });
  const waiting =
    (reason: string) =>
    (pod: {
      status?:
        | {
            containerStatuses?:
              | { state?: { waiting?: { reason?: string | undefined } | undefined } | undefined }[]
              | undefined;
          }
        | undefined;
    }) =>
      pod.status?.containerStatuses?.[0]?.state?.waiting?.reason === reason;
  await node.pod('absent', waiting('ErrImageNeverPull'));
  await node.pod('misnamed', waiting('InvalidImageName'));
  const { status } = await node.pod('nofile', (pod) => pod.status?.phase === 'Failed');
  expect(status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({ reason: 'StartError', exitCode: 127 });
});

test('a pod whose sandbox never started leaves nothing behind', async () => {
  const securityContext = { sysctls: [{ name: 'kernel.shm_rmid_forced', value: 'nonsense' }] };
  await node.create('sandless', { securityContext });
  const label = 'label=io.kubernetes.pod.name=sandless';
  await eventually('a sandbox that is there, and does not run', async () => {
    if ((await node.docker('ps', '-aq', '--filter', label, '--filter', 'status=created')) === '')
      throw new Error('none');
  });
  await node.client.resource(pods).delete('sandless', { namespace, gracePeriodSeconds: 1 });
  await node.gone('sandless');
  expect(await node.docker('ps', '-aq', '--filter', label)).toBe('');
});

test('deleted pods leave nothing behind', async () => {
  const { items } = await node.client.resource(pods).list({ namespace });
  for (const { metadata } of items) await node.client.resource(pods).delete(metadata.name, { namespace });
  for (const { metadata } of items) await node.gone(metadata.name);
  expect(await node.docker('ps', '-aq', '--filter', 'label=io.kubernetes.pod.uid')).toBe('');
  expect(await node.traces()).toEqual([]);
});
