import {
  ingressClasses,
  ingresses,
  nodes,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  priorityClasses,
  runtimeClasses,
  services,
  storageClasses,
  type Ingress,
  type PersistentVolumeClaim,
  type PersistentVolume,
} from '@wherry/api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApiserver, type TestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { pod, refusal, service } from '../testing/objects.ts';
import { chooseAdmissionPlugins } from './plugins.ts';

let cluster: TestApiserver;
beforeAll(async () => {
  cluster = await startTestApiserver({
    disableAdmissionPlugins: ['ServiceAccount'],
    enableAdmissionPlugins: ['DenyServiceExternalIPs'],
  });
});
afterAll(() => cluster.close());

const makePod = (name: string, more: Parameters<typeof pod>[1] = {}) =>
  cluster.client.resource(pods).create(pod(name, more));
const whyNot = async (name: string, more: Parameters<typeof pod>[1]) => (await refusal(makePod(name, more))).message;

describe('Priority', () => {
  const classes = () => cluster.client.resource(priorityClasses);
  const made = (name: string, more: object = {}) => classes().create({ metadata: { name }, value: 1000, ...more });

  test('the system classes are there from the start', async () => {
    const { items } = await classes().list();
    expect(items.map(({ metadata, value }) => [metadata.name, value])).toEqual([
      ['system-cluster-critical', 2_000_000_000],
      ['system-node-critical', 2_000_001_000],
    ]);
    const { spec } = await makePod('critical', { priorityClassName: 'system-node-critical' });
    expect(spec).toMatchObject({ priority: 2_000_001_000, preemptionPolicy: 'PreemptLowerPriority' });
  });

  test('the system classes stay', async () => {
    const { status } = await refusal(classes().delete('system-node-critical'));
    expect([status.code, status.message]).toEqual([
      403,
      'priorityclasses.scheduling.k8s.io "system-node-critical" is forbidden: this is a system priority class and cannot be deleted',
    ]);
  });

  test('a pod has the numbers of its class', async () => {
    await made('polite', { preemptionPolicy: 'Never' });
    const { spec } = await makePod('polite', { priorityClassName: 'polite' });
    expect(spec).toMatchObject({ priority: 1000, preemptionPolicy: 'Never' });
    expect(await whyNot('nobody', { priorityClassName: 'nobody' })).toBe(
      'pods "nobody" is forbidden: no PriorityClass with name nobody was found',
    );
    expect(await whyNot('other', { priorityClassName: 'polite', priority: 7 })).toBe(
      'pods "other" is forbidden: the integer value of priority (7) must not be provided in pod spec; priority admission controller computed 1000 from the given PriorityClass name',
    );
    expect(await whyNot('rude', { priorityClassName: 'polite', preemptionPolicy: 'PreemptLowerPriority' })).toContain(
      'the string value of PreemptionPolicy (PreemptLowerPriority) must not be provided in pod spec',
    );
  });

  test('one class is everybody’s, and only one', async () => {
    expect((await makePod('before')).spec).toMatchObject({ priority: 0 });
    await made('usual', { value: 10, globalDefault: true });
    expect((await makePod('after')).spec).toMatchObject({ priority: 10, priorityClassName: 'usual' });
    expect((await refusal(made('second', { globalDefault: true }))).message).toBe(
      'priorityclasses.scheduling.k8s.io "second" is forbidden: PriorityClass usual is already marked as default. Only one default can exist',
    );
    await classes().delete('usual');
  });
});

describe('RuntimeClass', () => {
  const toleration = { key: 'sandbox', operator: 'Exists', effect: 'NoSchedule' };
  beforeAll(async () => {
    await cluster.client.resource(runtimeClasses).create({
      metadata: { name: 'sandboxed' },
      handler: 'runsc',
      overhead: { podFixed: { cpu: '100m', memory: '64Mi' } },
      scheduling: { nodeSelector: { sandbox: 'yes' }, tolerations: [toleration] },
    });
  });

  test('what it costs and where it runs becomes part of the pod', async () => {
    const { spec } = await makePod('boxed', { runtimeClassName: 'sandboxed', nodeSelector: { disk: 'ssd' } });
    expect(spec.overhead).toEqual({ cpu: '100m', memory: '64Mi' });
    expect(spec.nodeSelector).toEqual({ disk: 'ssd', sandbox: 'yes' });
    expect(spec.tolerations).toContainEqual(toleration);
    const twice = await makePod('covered', { runtimeClassName: 'sandboxed', tolerations: [{ operator: 'Exists' }] });
    expect(twice.spec.tolerations).not.toContainEqual(toleration);
  });

  test('a pod that says something else is refused', async () => {
    const runtimeClassName = 'sandboxed';
    expect(await whyNot('x', { runtimeClassName: 'none' })).toBe(
      'pods "x" is forbidden: pod rejected: RuntimeClass "none" not found',
    );
    expect(await whyNot('x', { runtimeClassName, overhead: { cpu: '1' } })).toContain("Pod's Overhead doesn't match");
    expect(await whyNot('x', { overhead: { cpu: '1' } })).toContain('Pod Overhead set without corresponding');
    expect(await whyNot('x', { runtimeClassName, nodeSelector: { sandbox: 'no' } })).toContain(
      'conflict: runtimeClass.scheduling.nodeSelector[sandbox] = yes; pod.spec.nodeSelector[sandbox] = no',
    );
  });
});

const claim = (name: string, more: Partial<PersistentVolumeClaim['spec']> = {}): PersistentVolumeClaim => ({
  metadata: { name, namespace: 'default' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...more },
});
const claims = () => cluster.client.resource(persistentVolumeClaims);

describe('storage', () => {
  const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' };

  test('a claim gets the default class unless it names one, were it the empty one', async () => {
    expect((await claims().create(claim('early'))).spec.storageClassName).toBeUndefined();
    const made = (name: string, more: object = {}) =>
      cluster.client.resource(storageClasses).create({ metadata: { name }, provisioner: 'example.com/disk', ...more });
    await made('slow');
    await made('fast', { metadata: { name: 'fast', annotations }, allowVolumeExpansion: true });
    expect((await claims().create(claim('plain'))).spec.storageClassName).toBe('fast');
    expect((await claims().create(claim('slow', { storageClassName: 'slow' }))).spec.storageClassName).toBe('slow');
    expect((await claims().create(claim('none', { storageClassName: '' }))).spec.storageClassName).toBe('');
  });

  test('claims and volumes are kept while they are in use', async () => {
    expect((await claims().get('plain', { namespace: 'default' })).metadata.finalizers).toEqual([
      'kubernetes.io/pvc-protection',
    ]);
    const volume = {
      metadata: { name: 'pv', finalizers: ['example.com/mine'] },
      spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/tmp/pv' } },
    } as PersistentVolume;
    const { metadata } = await cluster.client.resource(persistentVolumes).create(volume);
    expect(metadata.finalizers).toEqual(['example.com/mine', 'kubernetes.io/pv-protection']);
  });

  test('a claim grows when it is bound and its class allows it', async () => {
    const grow = async (name: string) => {
      const found = await claims().get(name, { namespace: 'default' });
      found.spec.resources = { requests: { storage: '2Gi' } };
      return claims().update(found);
    };
    const bind = async (name: string) => {
      const found = await claims().get(name, { namespace: 'default' });
      await claims().updateStatus({ ...found, status: { phase: 'Bound' } });
    };
    expect((await refusal(grow('plain'))).status.code).toBe(422);
    await bind('plain');
    expect((await grow('plain')).spec.resources?.requests).toEqual({ storage: '2Gi' });
    await bind('slow');
    expect((await refusal(grow('slow'))).message).toContain('only dynamically provisioned pvc can be resized');
  });
});

test('DefaultIngressClass: an Ingress gets the default class unless it names one', async () => {
  const ingress = (name: string, ingressClassName?: string): Ingress => ({
    metadata: { name, namespace: 'default' },
    spec: { ingressClassName, defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
  });
  const create = (object: Ingress) => cluster.client.resource(ingresses).create(object);
  expect((await create(ingress('early'))).spec.ingressClassName).toBeUndefined();
  const annotations = { 'ingressclass.kubernetes.io/is-default-class': 'true' };
  await cluster.client.resource(ingressClasses).create({
    metadata: { name: 'main', annotations },
    spec: { controller: 'example.com/ingress' },
  });
  expect((await create(ingress('late'))).spec.ingressClassName).toBe('main');
  expect((await create(ingress('own', 'own'))).spec.ingressClassName).toBe('own');
});

test('TaintNodesByCondition: a new node takes no pods yet', async () => {
  const { spec } = await cluster.client.resource(nodes).create({ metadata: { name: 'n1' }, spec: {} });
  expect(spec.taints).toEqual([{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }]);
});

test('DenyServiceExternalIPs: no new external IP, and those that are there may stay or go', async () => {
  const create = cluster.client.resource(services).create(service('taker', { externalIPs: ['192.0.2.7'] }));
  expect((await refusal(create)).message).toBe(
    'services "taker" is forbidden: Use of external IPs is denied by admission control.',
  );
  expect((await refusal(create)).status.code).toBe(403);
});

test('plugins are chosen by name', () => {
  const names = (on: string[], off: string[]) =>
    chooseAdmissionPlugins({ enableAdmissionPlugins: on, disableAdmissionPlugins: off }).map(({ name }) => name);
  expect(names([], [])).not.toContain('DenyServiceExternalIPs');
  expect(names(['DenyServiceExternalIPs'], ['Priority'])).toContain('DenyServiceExternalIPs');
  expect(names([], ['Priority'])).not.toContain('Priority');
  expect(() => names(['Nothing'], [])).toThrow('enable-admission-plugins plugin "Nothing" is unknown');
  expect(() => names([], ['Nothing'])).toThrow('disable-admission-plugins plugin "Nothing" is unknown');
  expect(() => names(['Priority'], ['Priority'])).toThrow('overlapped');
});
