import { expect, test } from 'vitest';
import type { KubeObject, ObjectMeta } from '@wherry/apimachinery';
import type {
  Deployment,
  Endpoints,
  EndpointSlice,
  Lease,
  Namespace,
  Node,
  Pod,
  ReplicaSet,
  Service,
} from '@wherry/api';
import { reconcileDeployment } from './deployment/reconcile.ts';
import { reconcileEndpointSlices } from './endpoint-slice/reconcile.ts';
import { reconcileEndpoints } from './endpoints/reconcile.ts';
import { reconcileGarbage, type Owner } from './garbage-collector/reconcile.ts';
import { reconcileNamespace } from './namespace/reconcile.ts';
import { parseCidr } from './node-ipam/cidr.ts';
import { reconcileNodeIpam } from './node-ipam/reconcile.ts';
import { reconcileNodeLifecycle, type NodeLifecycleView } from './node-lifecycle/reconcile.ts';
import { reconcilePodGc } from './pod-gc/reconcile.ts';
import { printPlan } from './print-plan.ts';
import { reconcileReplicaSet } from './replica-set/reconcile.ts';
import type { Plan } from './runner/plan.ts';
import { reconcileTaintEviction } from './taint-eviction/reconcile.ts';

/** Golden files: what each core wants done in a situation. `vitest run -u` rewrites them; read the difference. */
const now = Date.parse('2026-01-01T12:00:00Z');
const at = (secondsAgo: number): string => `${new Date(now - secondsAgo * 1000).toISOString().slice(0, 19)}Z`;

function golden(name: string, plans: Readonly<Record<string, Plan>>): Promise<void> {
  const text = Object.entries(plans).map(([title, plan]) => `# ${title}\n${printPlan(plan)}`);
  return expect(text.join('\n')).toMatchFileSnapshot(`testdata/${name}.txt`);
}

const template = (image: string) => ({
  metadata: { labels: { app: 'web' } } as unknown as ObjectMeta,
  spec: { containers: [{ name: 'c', image }] },
});
const selector = { matchLabels: { app: 'web' } };

function pod(
  name: string,
  more: { meta?: Partial<ObjectMeta>; spec?: Partial<Pod['spec']>; status?: Pod['status'] } = {},
): Pod {
  return {
    metadata: {
      name,
      namespace: 'ns',
      uid: `uid-${name}`,
      creationTimestamp: at(1000),
      labels: { app: 'web' },
      ...more.meta,
    },
    spec: { containers: [{ name: 'c', image: 'one', ports: [{ name: 'http', containerPort: 8080 }] }], ...more.spec },
    status: more.status,
  };
}
const running = (ip: string, ready: boolean, forSeconds = 500): Pod['status'] => ({
  phase: 'Running',
  podIP: ip,
  podIPs: [{ ip }],
  conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: at(forSeconds) }],
});

test('ReplicaSet', async () => {
  const set = (replicas: number, more: Partial<ReplicaSet> = {}): ReplicaSet => ({
    metadata: { name: 'web', namespace: 'ns', uid: 'set', generation: 3 },
    spec: { replicas, selector, template: template('one'), minReadySeconds: 60 },
    ...more,
  });
  const owned = {
    meta: {
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'set', controller: true }],
    },
  };
  const pods = [
    pod('a-running', { ...owned, spec: { nodeName: 'n1' }, status: running('10.0.0.1', true) }),
    pod('b-cheap', {
      meta: { ...owned.meta, annotations: { 'controller.kubernetes.io/pod-deletion-cost': '-5' } },
      spec: { nodeName: 'n1' },
      status: running('10.0.0.2', true, 30),
    }),
    pod('c-not-ready', { ...owned, spec: { nodeName: 'n2' }, status: running('10.0.0.3', false) }),
    pod('d-unassigned', owned),
    pod('e-finished', { ...owned, status: { phase: 'Failed' } }),
    pod('f-leaving', { meta: { ...owned.meta, deletionTimestamp: at(1) }, spec: { nodeName: 'n2' } }),
  ];
  const run = (view: { set: ReplicaSet; pods: Pod[] }): Plan =>
    reconcileReplicaSet({ ...view, related: view.pods, failure: undefined }, now);
  const failure = {
    verb: 'create',
    resource: 'pods',
    namespace: 'ns',
    name: 'web-',
    reason: 'Forbidden',
    message: 'exceeded quota',
  } as const;
  await golden('replica-set', {
    'too few: creates what is missing': run({ set: set(6), pods }),
    'too many: deletes the least valuable first': run({ set: set(1), pods }),
    'an orphan that matches is adopted, one of ours that does not match is let go': run({
      set: set(2),
      pods: [pod('orphan'), pod('changed', { meta: { ...owned.meta, labels: { app: 'other' } } })],
    }),
    'being deleted: only looks on': run({
      set: set(9, { metadata: { ...set(9).metadata, deletionTimestamp: at(1) } }),
      pods,
    }),
    'a failed creation is told': {
      status: reconcileReplicaSet({ set: set(6), pods, related: [], failure }, now).status,
    },
  });
});

test('Deployment', async () => {
  const deployment = (spec: Partial<Deployment['spec']> = {}, status?: Deployment['status']): Deployment => ({
    metadata: { name: 'web', namespace: 'ns', uid: 'dep', generation: 2, annotations: { team: 'blue' } },
    spec: {
      replicas: 4,
      selector,
      template: template('two'),
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      progressDeadlineSeconds: 600,
      revisionHistoryLimit: 1,
      ...spec,
    },
    status,
  });
  const set = (name: string, image: string, replicas: number, revision: number, available = replicas): ReplicaSet => ({
    metadata: {
      name,
      namespace: 'ns',
      uid: name,
      creationTimestamp: at(1000 - revision),
      generation: 1,
      annotations: {
        'deployment.kubernetes.io/revision': String(revision),
        'deployment.kubernetes.io/desired-replicas': '4',
        'deployment.kubernetes.io/max-replicas': '5',
        team: 'blue',
      },
    },
    spec: { replicas, selector, template: template(image) },
    status: { replicas, readyReplicas: available, availableReplicas: available, observedGeneration: 1 },
  });
  const progressing = (reason: string, secondsAgo: number, status = 'True'): Deployment['status'] => ({
    conditions: [
      { type: 'Progressing', status, reason, lastUpdateTime: at(secondsAgo), lastTransitionTime: at(secondsAgo) },
    ],
  });
  const run = (view: { deployment: Deployment; sets: ReplicaSet[]; pods?: Pod[] }): Plan =>
    reconcileDeployment({ pods: [], claims: [], failure: undefined, taken: undefined, ...view }, now);
  const failed = (reason: string, taken?: ReplicaSet): Plan =>
    reconcileDeployment(
      {
        deployment: deployment(),
        sets: [],
        pods: [],
        claims: [],
        failure: {
          verb: 'create',
          resource: 'replicasets.apps',
          namespace: 'ns',
          name: 'web-x',
          reason,
          message: 'no',
        },
        taken,
      },
      now,
    );
  const old = set('web-old', 'one', 4, 1);
  await golden('deployment', {
    'a new template: a new set within the surge, and the old one shrinks as far as it may': run({
      deployment: deployment(),
      sets: [old],
    }),
    'the new set is available: the old one shrinks on': run({
      deployment: deployment({}, progressing('NewReplicaSetCreated', 5)),
      sets: [set('web-old', 'one', 3, 1), set('web-new', 'two', 2, 2)],
    }),
    'unhealthy old pods go first': run({
      deployment: deployment({}, progressing('ReplicaSetUpdated', 5)),
      sets: [set('web-old', 'one', 3, 1, 1), set('web-new', 'two', 2, 2)],
    }),
    'complete: sets beyond the history go': run({
      deployment: deployment(
        {},
        {
          ...progressing('ReplicaSetUpdated', 5),
          observedGeneration: 2,
          replicas: 4,
          updatedReplicas: 4,
          availableReplicas: 4,
        },
      ),
      sets: [set('web-1', 'zero', 0, 1), set('web-2', 'one', 0, 2), set('web-3', 'two', 4, 3)],
    }),
    'a rollback takes the old set again, with the newest revision': run({
      deployment: deployment({ template: template('one') }),
      sets: [set('web-1', 'one', 0, 1), set('web-2', 'two', 4, 2)],
    }),
    'nothing moves for longer than the deadline': run({
      deployment: deployment(
        {},
        {
          ...progressing('ReplicaSetUpdated', 601),
          replicas: 5,
          updatedReplicas: 2,
          readyReplicas: 3,
          availableReplicas: 3,
        },
      ),
      sets: [set('web-old', 'one', 3, 1, 3), set('web-new', 'two', 2, 2, 0)],
    }),
    'paused: scales in proportion, rolls nothing out': run({
      deployment: deployment({ paused: true, replicas: 8 }),
      sets: [set('web-old', 'one', 3, 1), set('web-new', 'other', 2, 2)],
    }),
    'scaled in the midst of a rollout: shared in proportion': run({
      deployment: deployment({ replicas: 12 }),
      sets: [set('web-old', 'one', 3, 1), set('web-new', 'two', 2, 2)],
    }),
    'recreate: first all old pods go': run({ deployment: deployment({ strategy: { type: 'Recreate' } }), sets: [old] }),
    'recreate: waits for the last of them': run({
      deployment: deployment({ strategy: { type: 'Recreate' } }),
      sets: [set('web-old', 'one', 0, 1)],
      pods: [pod('last', { status: { phase: 'Running' } })],
    }),
    'recreate: then the new set comes': run({
      deployment: deployment({ strategy: { type: 'Recreate' } }),
      sets: [set('web-old', 'one', 0, 1)],
    }),
    'a selector that takes everything is refused': run({ deployment: deployment({ selector: {} }), sets: [] }),
    'the name of the new set is taken by a stranger: another hash': failed('AlreadyExists', set('web-x', 'two', 1, 1)),
    'the new set cannot be created': failed('Forbidden'),
  });
});

test('Endpoints and EndpointSlices', async () => {
  const service = (more: Partial<Service['spec']> = {}): Service => ({
    metadata: { name: 'web', namespace: 'ns', uid: 'svc', labels: { team: 'blue' } },
    spec: {
      clusterIP: '10.96.0.10',
      selector: { app: 'web' },
      ports: [
        { name: 'web', port: 80, targetPort: 'http', protocol: 'TCP' },
        { name: 'admin', port: 81, targetPort: 9000, protocol: 'TCP', appProtocol: 'h2c' },
      ],
      ...more,
    },
  });
  const other = { containers: [{ name: 'c', image: 'i', ports: [{ name: 'http', containerPort: 9090 }] }] };
  const pods = [
    pod('a', { spec: { nodeName: 'n1' }, status: running('10.0.0.1', true) }),
    pod('b', { spec: { nodeName: 'n1' }, status: running('10.0.0.2', false) }),
    pod('c-other-port', { spec: { ...other, nodeName: 'n2' }, status: running('10.0.0.3', true) }),
    pod('d-leaving', {
      meta: { deletionTimestamp: at(3) },
      spec: { nodeName: 'n1' },
      status: running('10.0.0.4', true),
    }),
    pod('e-done', { status: { phase: 'Succeeded', podIP: '10.0.0.5' } }),
    pod('f-no-address'),
  ];
  const nodes = new Map(
    ['n1', 'n2'].map((name): [string, Node] => [
      name,
      { metadata: { name, labels: { 'topology.kubernetes.io/zone': `zone-${name}` } }, spec: {} },
    ]),
  );
  const slice = (name: string, ips: string[], type = 'IPv4'): EndpointSlice => ({
    metadata: { name, namespace: 'ns', uid: name },
    addressType: type,
    ports: [
      { name: 'web', port: 8080, protocol: 'TCP' },
      { name: 'admin', port: 9000, protocol: 'TCP', appProtocol: 'h2c' },
    ],
    endpoints: ips.map((ip) => ({ addresses: [ip] })),
  });
  const slices = (of: Service, have: EndpointSlice[] = [], max = 100, which = pods): Plan =>
    reconcileEndpointSlices({ service: of, pods: which, nodes, slices: have, maxEndpointsPerSlice: max }, now);
  const subdomain = pod('named', { spec: { hostname: 'db-0', subdomain: 'web' }, status: running('10.0.0.9', false) });
  await golden('endpoint-slices', {
    'one slice for each set of ports; leaving pods serve and are not ready': slices(service()),
    'headless without ports, not-ready addresses published, a pod with a name': slices(
      service({ clusterIP: 'None', ports: [], publishNotReadyAddresses: true }),
      [],
      100,
      [subdomain],
    ),
    'no pods: what is there becomes one empty slice': slices(
      service(),
      [slice('old-1', ['10.9.9.9']), slice('old-2', ['10.9.9.8'])],
      100,
      [],
    ),
    'another address family goes': slices(service(), [slice('six', [], 'IPv6')], 100, []),
    'a full slice is left alone and the rest go to a new one': slices(service(), [], 1, pods.slice(0, 2)),
    'a service of no selector is not ours': slices(service({ selector: undefined })),
  });
  const run = (of: Service | undefined, current?: Endpoints, which = pods): Plan =>
    reconcileEndpoints({ service: of, pods: which, current }, now);
  const ours: Endpoints = {
    metadata: {
      name: 'web',
      namespace: 'ns',
      uid: 'ep',
      labels: { 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' },
    },
  };
  const many = Array.from({ length: 1001 }, (_, i) =>
    pod(`p${i}`, { status: running(`10.0.${i >> 8}.${i & 255}`, true) }),
  );
  const over = run(service({ ports: [{ port: 80 }] }), undefined, many).create?.[0]?.object as Endpoints;
  expect(over.subsets?.[0]?.addresses).toHaveLength(1000);
  expect(over.metadata.annotations).toMatchObject({ 'endpoints.kubernetes.io/over-capacity': 'truncated' });
  await golden('endpoints', {
    'ports with the same addresses share a subset': run(service()),
    'headless without ports': run(
      service({ clusterIP: 'None', ports: [], publishNotReadyAddresses: true }),
      undefined,
      [subdomain],
    ),
    'the service is gone': run(undefined, ours),
    'the service is gone, and the endpoints are a user’s': run(undefined, { metadata: { name: 'web' } }),
    'no selector': run(service({ selector: undefined })),
  });
});

test('nodes', async () => {
  const node = (name: string, ready: string | undefined, more: { spec?: Node['spec']; beat?: number } = {}): Node => ({
    metadata: { name, uid: `uid-${name}`, resourceVersion: '7', creationTimestamp: at(100) },
    spec: more.spec ?? {},
    status:
      ready === undefined
        ? {}
        : { conditions: [{ type: 'Ready', status: ready, lastHeartbeatTime: at(more.beat ?? 1) }] },
  });
  const settings = {
    periodMs: 5000,
    gracePeriodMs: 50_000,
    startupGracePeriodMs: 60_000,
    rates: { rate: 0.1, secondaryRate: 0.01, unhealthyThreshold: 0.55, largeZone: 50 },
  };
  const heard = (secondsAgo: number, beat: number, ready = 'True') => ({
    heardAt: now - secondsAgo * 1000,
    heartbeat: at(beat),
    leaseRenewal: undefined,
    ready,
  });
  const look = (view: Partial<NodeLifecycleView>): Plan =>
    reconcileNodeLifecycle(
      {
        nodes: [],
        leases: new Map<string, Lease>(),
        podsOf: () => [],
        memory: undefined,
        settings,
        listening: true,
        ...view,
      },
      now,
    );
  const podOfDead = pod('web', { spec: { nodeName: 'dead' }, status: running('10.0.0.1', true) });
  const ill = {
    spec: {
      taints: [
        { key: 'node.kubernetes.io/not-ready', effect: 'NoExecute', timeAdded: at(60) },
        { key: 'mine', effect: 'NoSchedule' },
      ],
    },
  };
  await golden('node-lifecycle', {
    'silent for too long': look({
      nodes: [node('alive', 'True'), node('dead', 'True', { beat: 51 })],
      memory: { health: { dead: heard(51, 51), alive: heard(1, 2) }, limits: {}, lookedAt: now - 5000 },
      podsOf: (name) => (name === 'dead' ? [podOfDead] : []),
    }),
    'a lease renewed is a sign of life': look({
      nodes: [node('slow', 'True', { beat: 51 })],
      memory: { health: { slow: heard(51, 51) }, limits: {}, lookedAt: now - 5000 },
      leases: new Map([['slow', { metadata: { name: 'slow' }, spec: { renewTime: '2026-01-01T11:59:59.000000Z' } }]]),
    }),
    'the apiserver was away, so nobody could be heard': look({
      nodes: [node('dead', 'True', { beat: 51 })],
      memory: { health: { dead: heard(51, 51) }, limits: {}, lookedAt: now - 5000 },
      listening: false,
    }),
    'this machine slept for an hour': look({
      nodes: [node('dead', 'True', { beat: 3610 })],
      memory: { health: { dead: heard(3610, 3610) }, limits: {}, lookedAt: now - 3_600_000 },
    }),
    'just started: everybody is heard of from now on': look({ nodes: [node('dead', 'True', { beat: 5000 })] }),
    'from not ready to unknown: the taint changes, without another grant': look({
      nodes: [node('alive', 'True'), node('ill', 'Unknown', ill)],
      memory: { health: {}, limits: { '': now + 10_000 }, lookedAt: now - 5000 },
    }),
    'two fall ill at once: one is tainted now, the other when the rate allows': look({
      nodes: [node('alive', 'True'), node('ill-1', 'False'), node('ill-2', 'False')],
    }),
    'all are ill: nobody is evicted, and taints for that are taken back': look({ nodes: [node('ill', 'False', ill)] }),
    'cordoned, under pressure': look({
      nodes: [
        {
          ...node('tight', 'True', { spec: { unschedulable: true } }),
          status: {
            conditions: [
              { type: 'Ready', status: 'True' },
              { type: 'DiskPressure', status: 'True' },
            ],
          },
        },
      ],
    }),
  });

  const range = { range: parseCidr('10.244.0.0/23'), nodePrefix: 24 };
  const six = { range: parseCidr('fd00:1::/48'), nodePrefix: 64 };
  const has = (name: string, podCIDRs: string[]): Node =>
    node(name, 'True', { spec: { podCIDR: podCIDRs[0], podCIDRs } });
  await golden('node-ipam', {
    'the first that is free': reconcileNodeIpam({
      nodes: [has('a', ['10.244.0.0/24']), node('b', 'True')],
      ranges: [range],
    }),
    'one of each family': reconcileNodeIpam({
      nodes: [has('a', ['10.244.0.0/24', 'fd00:1::/64']), node('b', 'True')],
      ranges: [range, six],
    }),
    'none is left': reconcileNodeIpam({ nodes: [has('a', ['10.244.0.0/23']), node('b', 'True')], ranges: [range] }),
    'two wait: they get different ones': reconcileNodeIpam({
      nodes: [node('a', 'True'), node('b', 'True')],
      ranges: [range],
    }),
  });

  const tainted = (timeAdded: string | undefined): Node =>
    node('n', 'Unknown', { spec: { taints: [{ key: 'k', effect: 'NoExecute', timeAdded }] } });
  const tolerating = (tolerationSeconds: number | undefined): Pod =>
    pod('web', { spec: { nodeName: 'n', tolerations: [{ key: 'k', operator: 'Exists', tolerationSeconds }] } });
  const evict = (one: Pod, timeAdded: string | undefined, seen?: number): Plan =>
    reconcileTaintEviction(
      { pod: one, node: tainted(timeAdded), memory: seen === undefined ? undefined : { seen: { k: seen } } },
      now,
    );
  await golden('taint-eviction', {
    'not tolerated': evict(pod('web', { spec: { nodeName: 'n' } }), at(0)),
    'tolerated for ever': evict(tolerating(undefined), at(9999)),
    'tolerated for a while': evict(tolerating(300), at(100)),
    'tolerated for a while, which is over': evict(tolerating(300), at(300)),
    'the taint does not say since when': evict(tolerating(300), undefined),
    'the taint does not say since when, and we have seen it long ago': evict(tolerating(300), undefined, now - 301_000),
  });

  const bound = pod('lost', { spec: { nodeName: 'gone' }, status: running('10.0.0.1', true) });
  const ended = (name: string, age: number): Pod =>
    pod(name, { meta: { creationTimestamp: at(age) }, status: { phase: 'Succeeded' } });
  const collect = (pods: Pod[], memory?: Record<string, number>, nodes: Node[] = []): Plan =>
    reconcilePodGc({ pods, nodes, terminatedThreshold: 1, memory: memory && { missingSince: memory } }, now);
  await golden('pod-gc', {
    'a node has just gone: waits': collect([bound]),
    'a node has been gone for long': collect([bound], { gone: now - 40_000 }),
    'never scheduled and being deleted': collect([pod('stuck', { meta: { deletionTimestamp: at(1) } })]),
    'too many have ended: the oldest go': collect([ended('new', 1), ended('old', 100), ended('older', 200)]),
    'a node taken out of service: what is being deleted there goes at once': collect(
      [pod('leaving', { meta: { deletionTimestamp: at(1) }, spec: { nodeName: 'n' } })],
      undefined,
      [node('n', 'Unknown', { spec: { taints: [{ key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' }] } })],
    ),
  });
});

test('garbage collector and namespaces', async () => {
  const thing = (name: string, more: Partial<ObjectMeta> = {}) => ({
    resource: 'configmaps',
    object: { metadata: { name, namespace: 'ns', uid: `uid-${name}`, resourceVersion: '5', ...more } } as KubeObject,
  });
  const owner = (name: string, state: Owner['state'], blockOwnerDeletion = true): Owner => ({
    reference: { apiVersion: 'v1', kind: 'ConfigMap', name, uid: `uid-${name}`, blockOwnerDeletion },
    state,
  });
  const owned = (owners: Owner[], more: Partial<ObjectMeta> = {}) =>
    thing('item', { ownerReferences: owners.map(({ reference }) => reference), ...more });
  const run = (owners: Owner[], more: Partial<ObjectMeta> = {}, dependents: ReturnType<typeof thing>[] = []): Plan =>
    reconcileGarbage({ item: owned(owners, more), owners, dependents });
  const child = (name: string, blockOwnerDeletion: boolean, more: Partial<ObjectMeta> = {}) =>
    thing(name, {
      ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'item', uid: 'uid-item', blockOwnerDeletion }],
      ...more,
    });
  const leaving = (finalizer: string) => ({ deletionTimestamp: at(1), finalizers: ['other', finalizer] });
  await golden('garbage-collector', {
    'its owner is there': run([owner('a', 'solid')]),
    'its owner is gone': run([owner('a', 'absent')]),
    'its owner is gone, and its own children are to be orphaned': run([owner('a', 'absent')], {
      finalizers: ['orphan'],
    }),
    'its owner waits for it, and it has children itself': run([owner('a', 'waiting')], {}, [child('c', true)]),
    'its owner waits for it in a circle': run([owner('a', 'waiting')], {}, [
      child('c', true, leaving('foregroundDeletion')),
    ]),
    'one of two owners is gone': run([owner('a', 'absent'), owner('b', 'solid')]),
    'an owner of a kind that nobody serves': run([owner('a', 'unknown')]),
    'an owner in no namespace it could have': run([owner('a', 'misplaced')]),
    'deleted in the foreground, blocked by a child': run([], leaving('foregroundDeletion'), [child('c', true)]),
    'deleted in the foreground, the child does not block': run([], leaving('foregroundDeletion'), [child('c', false)]),
    'deleted and its children orphaned': run([], leaving('orphan'), [child('c', true), child('d', false)]),
  });

  const namespace: Namespace = {
    metadata: { name: 'ns', deletionTimestamp: at(1) },
    spec: { finalizers: ['kubernetes'] },
  };
  const empty = (contents: Parameters<typeof reconcileNamespace>[0]['contents'], listFailures: string[] = []): Plan =>
    reconcileNamespace({ namespace, contents, discoveryFailures: [], listFailures }, now);
  const content = (resource: string, items: KubeObject[], collection = true) => ({ resource, collection, items });
  await golden('namespace', {
    'pods go first': empty([content('pods', [thing('p').object]), content('secrets', [thing('s').object])]),
    'then all else': empty([
      content('pods', []),
      content('secrets', [thing('s').object]),
      content('things.example.com', [thing('t').object], false),
    ]),
    'something is held by a finalizer': empty([content('secrets', [thing('s', leaving('example.com/hold')).object])]),
    'something cannot be listed': empty([], ['things.example.com']),
    'nothing is left': empty([]),
    'it is not being deleted': reconcileNamespace(
      { namespace: { metadata: { name: 'ns' }, spec: {} }, contents: [], discoveryFailures: [], listFailures: [] },
      now,
    ),
  });
});
