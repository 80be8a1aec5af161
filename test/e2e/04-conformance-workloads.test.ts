import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './run.ts';
import { type Meta, type Pod, Scene, conditionOf, must, rest, sh, statusOf, stays, watch } from './scene.ts';
import { suiteUp } from './suite.ts';

/** What upstream's conformance descriptions promise of workloads, services, the API's machinery and scheduling. */
const scene = new Scene('conformance-workloads');
beforeAll(async () => {
  await suiteUp();
  await scene.open();
});
afterAll(() => scene.close());

const apps = 'apis/apps/v1';
const merge = { 'content-type': 'application/merge-patch+json' };
const selecting = (labels: Record<string, string>): string =>
  `labelSelector=${encodeURIComponent(
    Object.entries(labels)
      .map(([k, v]) => `${k}=${v}`)
      .join(','),
  )}`;

interface Workload {
  metadata: Meta;
  spec: { replicas: number; template: { spec: { containers: Record<string, unknown>[] } } };
  status: {
    observedGeneration?: number;
    replicas?: number;
    readyReplicas?: number;
    availableReplicas?: number;
    updatedReplicas?: number;
    conditions?: { type: string; status: string; reason: string }[];
  };
}
const listOf = async <T>(plural: string, group: string, query: string): Promise<T[]> =>
  (await must<{ items: T[] }>('GET', `${scene.path(plural, '', group)}?${query}`)).items;
const podsOf = (app: string): Promise<Pod[]> => listOf<Pod>('pods', 'api/v1', selecting({ app }));
const setsOf = (app: string): Promise<Workload[]> => listOf<Workload>('replicasets', apps, selecting({ app }));
const read = (plural: string, name: string): Promise<Workload> => must<Workload>('GET', scene.path(plural, name, apps));
const gone = (path: string): Promise<unknown> =>
  eventually(`${path} is gone`, async () => (await rest('GET', path)).status === 404, 90_000);

function workload(
  kind: 'Deployment' | 'ReplicaSet',
  name: string,
  replicas: number,
  more: Record<string, unknown> = {},
) {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { terminationGracePeriodSeconds: 1, containers: [stays('c')] } };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, labels },
    spec: { replicas, selector: { matchLabels: labels }, template, ...more },
  };
}
const settled = (plural: string, name: string, replicas: number): Promise<Workload> =>
  eventually(
    `${name} has ${replicas} ready`,
    async () => {
      const found = await read(plural, name);
      return (found.status.readyReplicas ?? 0) === replicas && (found.status.replicas ?? 0) === replicas && found;
    },
    90_000,
  );

describe('deployments', () => {
  scene.add('deployments', workload('Deployment', 'rolling', 2), apps);
  scene.add(
    'deployments',
    workload('Deployment', 'recreate', 1, { strategy: { type: 'Recreate' }, revisionHistoryLimit: 0 }),
    apps,
  );

  it('roll to a new template: the new pods come, the old ones go, the old ReplicaSet stays with none', async () => {
    await settled('deployments', 'rolling', 2);
    const [before] = await setsOf('rolling');
    await must(
      'PATCH',
      scene.path('deployments', 'rolling', apps),
      { spec: { template: { metadata: { annotations: { turn: '2' } } } } },
      merge,
    );
    await eventually('the rollout is complete', async () => {
      const { status, metadata } = await read('deployments', 'rolling');
      return (
        status.observedGeneration === metadata.generation &&
        status.updatedReplicas === 2 &&
        status.replicas === 2 &&
        status.availableReplicas === 2
      );
    });
    const sets = await setsOf('rolling');
    expect(sets).toHaveLength(2);
    expect(sets.find((s) => s.metadata.uid === before!.metadata.uid)!.spec.replicas).toBe(0);
    const found = await read('deployments', 'rolling');
    expect(found.metadata.annotations!['deployment.kubernetes.io/revision']).toBe('2');
    expect(found.status.conditions!.find((c) => c.type === 'Progressing')).toMatchObject({
      status: 'True',
      reason: 'NewReplicaSetAvailable',
    });
  });

  it('that recreate never run old and new pods side by side, and drop history they need not keep', async () => {
    await settled('deployments', 'recreate', 1);
    const [old] = await podsOf('recreate');
    const seen = watch<Pod>(`${scene.path('pods')}?watch=1&${selecting({ app: 'recreate' })}`);
    await must(
      'PATCH',
      scene.path('deployments', 'recreate', apps),
      { spec: { template: { metadata: { annotations: { turn: '2' } } } } },
      merge,
    );
    await eventually('a new pod is ready', async () => {
      const [pod] = await podsOf('recreate');
      return (
        pod !== undefined && pod.metadata.uid !== old!.metadata.uid && conditionOf(pod, 'Ready')?.status === 'True'
      );
    });
    seen.close();
    const running = (pod: Pod): boolean => statusOf(pod)?.state.running !== undefined;
    const ended = seen.frames.findIndex(
      ({ object }) =>
        object.metadata.uid === old!.metadata.uid &&
        object.metadata.deletionTimestamp !== undefined &&
        !running(object),
    );
    const began = seen.frames.findIndex(({ object }) => object.metadata.uid !== old!.metadata.uid && running(object));
    expect(ended).toBeGreaterThanOrEqual(0);
    expect(began).toBeGreaterThan(ended);
    await eventually('the old ReplicaSet is dropped', async () => (await setsOf('recreate')).length === 1);
  });

  it('are scaled by their scale subresource', async () => {
    const path = `${scene.path('deployments', 'rolling', apps)}/scale`;
    const scale = await must<{
      kind: string;
      spec: { replicas: number };
      status: { replicas: number; selector: string };
    }>('GET', path);
    expect(scale).toMatchObject({ kind: 'Scale', status: { selector: 'app=rolling' } });
    await must('PATCH', path, { spec: { replicas: 3 } }, merge);
    await settled('deployments', 'rolling', 3);
    expect((await read('deployments', 'rolling')).spec.replicas).toBe(3);
  });
});

describe('replica sets', () => {
  scene.pod('bare', { restartPolicy: 'Always', containers: [stays('c')] }, { labels: { app: 'adopter' } });

  it('adopt matching pods, and release those that match no more', async () => {
    await scene.ready('bare');
    const set = await must<Workload>('POST', scene.path('replicasets', '', apps), workload('ReplicaSet', 'adopter', 1));
    const owner = async (): Promise<string | undefined> => (await scene.get('bare')).metadata.ownerReferences?.[0]?.uid;
    await eventually('it is adopted', async () => (await owner()) === set.metadata.uid);
    expect(await podsOf('adopter')).toHaveLength(1);
    await must('PATCH', scene.path('pods', 'bare'), { metadata: { labels: { app: 'free' } } }, merge);
    await eventually('it is released', async () => (await owner()) === undefined);
    await settled('replicasets', 'adopter', 1);
  });
});

describe('the garbage collector', () => {
  const deleteWith = (plural: string, name: string, propagationPolicy: string): Promise<unknown> =>
    must('DELETE', scene.path(plural, name, apps), { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy });
  for (const name of ['background', 'orphan', 'foreground'])
    scene.add('deployments', workload('Deployment', name, 1), apps);

  it('removes ReplicaSets and pods after their Deployment in the background', async () => {
    await settled('deployments', 'background', 1);
    await deleteWith('deployments', 'background', 'Background');
    await eventually(
      'all is gone',
      async () => (await setsOf('background')).length + (await podsOf('background')).length === 0,
    );
  });

  it('removes them before their Deployment in the foreground', async () => {
    await settled('deployments', 'foreground', 1);
    await deleteWith('deployments', 'foreground', 'Foreground');
    await gone(scene.path('deployments', 'foreground', apps));
    expect([await setsOf('foreground'), await podsOf('foreground')]).toEqual([[], []]);
  });

  it('leaves orphans alone', async () => {
    await settled('deployments', 'orphan', 1);
    await deleteWith('deployments', 'orphan', 'Orphan');
    await gone(scene.path('deployments', 'orphan', apps));
    const [set] = await setsOf('orphan');
    expect(set!.metadata.ownerReferences).toBeUndefined();
    expect((await podsOf('orphan'))[0]!.metadata.ownerReferences![0]!.uid).toBe(set!.metadata.uid);
  });

  const configMap = (name: string, owners: Meta[], more = {}): Promise<{ metadata: Meta }> =>
    must('POST', scene.path('configmaps'), {
      metadata: {
        name,
        ownerReferences: owners.map((o) => ({
          apiVersion: 'v1',
          kind: 'ConfigMap',
          name: o.name,
          uid: o.uid,
          ...more,
        })),
      },
    });
  it('is not blocked by a circle of owners', async () => {
    const a = (await configMap('circle-a', [])).metadata;
    const b = (await configMap('circle-b', [a])).metadata;
    const c = (await configMap('circle-c', [b])).metadata;
    await must(
      'PATCH',
      scene.path('configmaps', 'circle-a'),
      { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: c.name, uid: c.uid }] } },
      merge,
    );
    await must('DELETE', scene.path('configmaps', 'circle-a'));
    for (const name of ['circle-a', 'circle-b', 'circle-c']) await gone(scene.path('configmaps', name));
  });

  it('keeps what still has an owner, though another waits for its dependents to be deleted', async () => {
    const going = (await configMap('owner-going', [])).metadata;
    const staying = (await configMap('owner-staying', [])).metadata;
    await configMap('of-both', [going, staying], { blockOwnerDeletion: true });
    await configMap('of-one', [going], { blockOwnerDeletion: true });
    await must('DELETE', scene.path('configmaps', 'owner-going'), { propagationPolicy: 'Foreground' });
    await gone(scene.path('configmaps', 'owner-going'));
    await gone(scene.path('configmaps', 'of-one'));
    const kept = await must<{ metadata: Meta }>('GET', scene.path('configmaps', 'of-both'));
    expect(kept.metadata.ownerReferences!.map((o) => o.name)).toEqual(['owner-staying']);
  });
});

describe('services', () => {
  interface Slice {
    ports: { port: number; name?: string }[];
    endpoints?: { addresses: string[]; conditions: { ready: boolean }; targetRef?: { name: string } }[];
  }
  const slices = (service: string): Promise<Slice[]> =>
    listOf<Slice>('endpointslices', 'apis/discovery.k8s.io/v1', selecting({ 'kubernetes.io/service-name': service }));
  const backends = async (service: string): Promise<string[]> =>
    (await slices(service))
      .flatMap((s) =>
        (s.endpoints ?? [])
          .filter((e) => e.conditions.ready)
          .flatMap((e) => s.ports.map((p) => `${e.targetRef?.name ?? e.addresses[0]}:${p.port}`)),
      )
      .toSorted();
  const server = (name: string, port: number): Record<string, unknown> =>
    stays('c', {
      command: [
        'node',
        '-e',
        `process.on('SIGTERM', () => process.exit()); require('http').createServer((q, s) => s.end('${name}')).listen(${port})`,
      ],
      ports: [{ name: 'web', containerPort: port }],
      readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
    });
  scene.add('services', {
    metadata: { name: 'basic' },
    spec: { selector: { serves: 'basic' }, ports: [{ port: 80, targetPort: 'web' }] },
  });
  scene.add('services', {
    metadata: { name: 'sticky' },
    spec: {
      type: 'NodePort',
      sessionAffinity: 'ClientIP',
      selector: { serves: 'sticky' },
      ports: [{ port: 80, targetPort: 'web' }],
    },
  });
  for (const [name, serves] of [
    ['sticky-1', 'sticky'],
    ['sticky-2', 'sticky'],
    ['sticky-3', 'sticky'],
  ])
    scene.pod(name!, { restartPolicy: 'Always', containers: [server(name!, 8080)] }, { labels: { serves: serves! } });
  const ask = async (host: string, port = 80): Promise<string> =>
    (
      await fetch(`http://${host}:${port}`, { signal: AbortSignal.timeout(2_000), headers: { connection: 'close' } })
    ).text();
  const clusterIp = async (name: string): Promise<{ clusterIP: string; ports: { nodePort: number }[] }> =>
    (await must<{ spec: { clusterIP: string; ports: { nodePort: number }[] } }>('GET', scene.path('services', name)))
      .spec;

  it('show the pods behind them as they come and go, by the names of their ports', async () => {
    await eventually('an empty slice', async () => (await backends('basic')).length === 0);
    for (const [name, port] of [
      ['basic-1', 8081],
      ['basic-2', 8082],
    ] as const)
      await must(
        'POST',
        scene.path('pods'),
        scene.podObject(name, [server(name, port)], { labels: { serves: 'basic' } }),
      );
    await eventually('both', async () => (await backends('basic')).join() === 'basic-1:8081,basic-2:8082');
    const subsets = await must<{ subsets: { addresses: unknown[] }[] }>('GET', scene.path('endpoints', 'basic'));
    expect(subsets.subsets.flatMap((s) => s.addresses)).toHaveLength(2);
    const { clusterIP } = await clusterIp('basic');
    const heard = new Set<string>();
    await eventually('answers of both', async () => heard.add(await ask(clusterIP)).size === 2);
    await must('DELETE', scene.path('pods', 'basic-1'));
    await eventually('the other', async () => (await backends('basic')).join() === 'basic-2:8082');
    await must('DELETE', scene.path('pods', 'basic-2'));
    await eventually('none', async () => (await backends('basic')).length === 0);
    await eventually('a refusal', async () =>
      ask(clusterIP).then(
        () => false,
        () => true,
      ),
    );
  });

  it('keep a client with one pod under ClientIP affinity, on the cluster IP and the node port, until it is switched off', async () => {
    await eventually('three backends', async () => (await backends('sticky')).length === 3);
    const spec = await clusterIp('sticky');
    const node = (await scene.get('sticky-1')).status.hostIP!;
    for (const [host, port] of [
      [spec.clusterIP, 80],
      [node, spec.ports[0]!.nodePort],
    ] as const) {
      const first = await eventually('an answer', () => ask(host, port));
      for (let i = 0; i < 12; i++) expect(await ask(host, port)).toBe(first);
    }
    await must(
      'PATCH',
      scene.path('services', 'sticky'),
      { spec: { sessionAffinity: 'None', sessionAffinityConfig: null } },
      merge,
    );
    const heard = new Set<string>();
    await eventually('answers of several', async () => heard.add(await ask(spec.clusterIP)).size >= 2);
  });

  it('change their type: ExternalName to ClusterIP to NodePort and back', async () => {
    await must('POST', scene.path('services'), {
      metadata: { name: 'types' },
      spec: { type: 'ExternalName', externalName: 'example.com' },
    });
    const patch = (spec: unknown): Promise<{ spec: { clusterIP?: string; ports?: { nodePort?: number }[] } }> =>
      must('PATCH', scene.path('services', 'types'), { spec }, merge);
    const cluster = await patch({ type: 'ClusterIP', externalName: null, ports: [{ port: 80 }] });
    expect(cluster.spec.clusterIP).toMatch(/^10\.96\./);
    const node = await patch({ type: 'NodePort' });
    expect(node.spec.ports![0]!.nodePort).toBeGreaterThanOrEqual(30_000);
    const external = await patch({
      type: 'ExternalName',
      externalName: 'example.org',
      clusterIP: null,
      clusterIPs: null,
    });
    expect(external.spec.clusterIP ?? '').toBe('');
    expect(external.spec.ports?.[0]?.nodePort).toBeUndefined();
  });

  it('have a status that can be patched, and are deleted as a collection', async () => {
    for (const name of ['set-1', 'set-2'])
      await must('POST', scene.path('services'), {
        metadata: { name, labels: { set: 'y' } },
        spec: { ports: [{ port: 1 }] },
      });
    const patched = await must<{ status: unknown }>(
      'PATCH',
      `${scene.path('services', 'set-1')}/status`,
      {
        status: {
          loadBalancer: {},
          conditions: [
            { type: 'X', status: 'True', reason: 'E2E', message: 'm', lastTransitionTime: '2026-01-01T00:00:00Z' },
          ],
        },
      },
      merge,
    );
    expect(patched.status).toMatchObject({ conditions: [{ type: 'X', reason: 'E2E' }] });
    await must('DELETE', `${scene.path('services')}?${selecting({ set: 'y' })}`);
    await gone(scene.path('services', 'set-1'));
    expect((await rest('GET', scene.path('services', 'basic'))).status).toBe(200);
  });

  it('reach the apiserver as default/kubernetes, with a slice and Endpoints of its own', async () => {
    const service = await must<{ spec: { clusterIP: string } }>(
      'GET',
      '/api/v1/namespaces/default/services/kubernetes',
    );
    expect(service.spec.clusterIP).toBe('10.96.0.1');
    const found = await must<{ items: Slice[] }>(
      'GET',
      '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Dkubernetes',
    );
    expect(found.items[0]!.ports[0]!.port).toBe(6443);
  });
});

describe('namespaces', () => {
  it('take all that is in them along, wait for finalizers meanwhile, and take nothing new', async () => {
    const inner = new Scene('conformance-inner');
    inner.pod('p', { containers: [stays('c')] });
    inner.add('services', { metadata: { name: 's' }, spec: { ports: [{ port: 1 }] } });
    inner.add('configmaps', { metadata: { name: 'held', finalizers: ['example.com/hold'] } } as {
      metadata: { name: string };
    });
    await inner.open();
    await inner.ready('p');
    await must('DELETE', `/api/v1/namespaces/${inner.namespace}`);
    const refused = await rest<{ message: string; details: { causes: unknown[] } }>('POST', inner.path('configmaps'), {
      metadata: { name: 'late' },
    });
    expect([refused.status, refused.body.message]).toEqual([
      403,
      expect.stringContaining('because it is being terminated'),
    ]);
    await gone(inner.path('pods', 'p'));
    await gone(inner.path('services', 's'));
    const path = `/api/v1/namespaces/${inner.namespace}`;
    await eventually('it says what it waits for', async () => {
      const { status } = await must<{
        status: { phase: string; conditions?: { type: string; status: string; message: string }[] };
      }>('GET', path);
      return (
        status.phase === 'Terminating' &&
        status.conditions?.some(
          (c) =>
            c.type === 'NamespaceFinalizersRemaining' && c.status === 'True' && c.message.includes('example.com/hold'),
        )
      );
    });
    await must('PATCH', inner.path('configmaps', 'held'), { metadata: { finalizers: null } }, merge);
    await gone(path);
  });

  it('can be labelled, given a status, and held by a finalizer of their spec', async () => {
    const path = `/api/v1/namespaces/${scene.namespace}`;
    await must('PATCH', path, { metadata: { labels: { testLabel: 'testValue' } } }, merge);
    const found = await must<{ metadata: Meta; spec: { finalizers: string[] }; status: { phase: string } }>(
      'GET',
      path,
    );
    expect(found.metadata.labels).toMatchObject({
      testLabel: 'testValue',
      'kubernetes.io/metadata.name': scene.namespace,
    });
    expect(found.status.phase).toBe('Active');
    const condition = {
      type: 'StatusPatch',
      status: 'True',
      reason: 'E2E',
      message: 'm',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    };
    const patched = await must<{ status: { conditions: unknown[] } }>(
      'PATCH',
      `${path}/status`,
      { status: { conditions: [condition] } },
      merge,
    );
    expect(patched.status.conditions).toEqual([condition]);
    const fresh = await must<{ spec: { finalizers: string[] } }>('GET', path);
    fresh.spec.finalizers.push('example.com/fake');
    expect((await must<typeof found>('PUT', `${path}/finalize`, fresh)).spec.finalizers).toContain('example.com/fake');
    const again = await must<typeof found>('GET', path);
    again.spec.finalizers = ['kubernetes'];
    expect((await must<typeof found>('PUT', `${path}/finalize`, again)).spec.finalizers).toEqual(['kubernetes']);
  });
});

describe('the API', () => {
  const map = (
    name: string,
    data: Record<string, string> = {},
    labels: Record<string, string> = {},
  ): Promise<{ metadata: Meta }> => must('POST', scene.path('configmaps'), { metadata: { name, labels }, data });

  it('tells each watcher of what its selector matches, in order, and of an object that leaves the selection as deleted', async () => {
    const label = (v: string): Record<string, string> => ({ watched: v });
    const seen = watch<{ metadata: Meta; data?: Record<string, string> }>(
      `${scene.path('configmaps')}?watch=1&${selecting(label('a'))}`,
    );
    const first = await map('watched', {}, label('a'));
    for (const patch of [
      { data: { mutation: '1' } },
      { metadata: { labels: label('b') } },
      { metadata: { labels: label('a') } },
    ])
      await must('PATCH', scene.path('configmaps', 'watched'), patch, merge);
    await must('DELETE', scene.path('configmaps', 'watched'));
    const types = (): string => seen.frames.map((f) => f.type).join();
    await eventually('all frames', async () => types() === 'ADDED,MODIFIED,DELETED,ADDED,DELETED');
    seen.close();
    const later = watch<{ metadata: Meta }>(
      `${scene.path('configmaps')}?watch=1&resourceVersion=${first.metadata.resourceVersion}&fieldSelector=metadata.name%3Dwatched`,
    );
    await eventually(
      'the changes since',
      async () => later.frames.map((f) => f.type).join() === 'MODIFIED,MODIFIED,MODIFIED,DELETED',
    );
    later.close();
    const versions = later.frames.map((f) => Number(f.object.metadata.resourceVersion));
    expect(versions).toEqual(versions.toSorted((a, b) => a - b));
  });

  it('shows concurrent watchers the same order of changes', async () => {
    const { metadata } = await must<{ metadata: { resourceVersion: string } }>('GET', scene.path('configmaps'));
    const query = `?watch=1&resourceVersion=${metadata.resourceVersion}&labelSelector=order`;
    const watchers = Array.from({ length: 5 }, () => watch<{ metadata: Meta }>(scene.path('configmaps') + query));
    await Promise.all(Array.from({ length: 20 }, (_, i) => map(`order-${i}`, {}, { order: '1' })));
    await eventually('all saw all', async () => watchers.every((w) => w.frames.length === 20));
    for (const watcher of watchers) watcher.close();
    const [orders] = [watchers.map((w) => w.frames.map((f) => f.object.metadata.name).join())];
    expect(new Set(orders).size).toBe(1);
  });

  it('lists in chunks of one moment, each with what remains', async () => {
    await Promise.all(
      Array.from({ length: 25 }, (_, i) => map(`chunk-${String(i).padStart(2, '0')}`, {}, { chunk: '1' })),
    );
    interface Page {
      metadata: { continue?: string; remainingItemCount?: number; resourceVersion: string };
      items: { metadata: Meta }[];
    }
    const base = `${scene.path('configmaps')}?limit=10`;
    const names: string[] = [];
    let page = await must<Page>('GET', base);
    const moment = page.metadata.resourceVersion;
    expect(page.metadata.remainingItemCount).toBeGreaterThan(0);
    await map('chunk-00a');
    for (;;) {
      expect(page.metadata.resourceVersion).toBe(moment);
      names.push(...page.items.map((i) => i.metadata.name));
      if (!page.metadata.continue) break;
      page = await must<Page>('GET', `${base}&continue=${encodeURIComponent(page.metadata.continue)}`);
    }
    expect(names).not.toContain('chunk-00a');
    expect(names.filter((n) => n.startsWith('chunk-'))).toHaveLength(25);
    expect(new Set(names).size).toBe(names.length);
  });

  it('prints tables, whole and in chunks', async () => {
    const accept = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
    const table = await must<{
      kind: string;
      columnDefinitions: { name: string }[];
      rows: { cells: unknown[]; object: { kind: string } }[];
    }>('GET', scene.path('configmaps', 'kube-root-ca.crt'), undefined, accept);
    expect(table.kind).toBe('Table');
    expect(table.columnDefinitions.map((c) => c.name)).toEqual(['Name', 'Data', 'Age']);
    expect(table.rows[0]!.object.kind).toBe('PartialObjectMetadata');
    const chunked = await must<{ metadata: { continue?: string }; rows: unknown[] }>(
      'GET',
      `${scene.path('configmaps')}?limit=2`,
      undefined,
      accept,
    );
    expect([chunked.rows.length, chunked.metadata.continue === undefined]).toEqual([2, false]);
  });

  it('refuses unknown and duplicate fields under strict validation', async () => {
    const body = (text: string): Promise<{ status: number; body: { message: string } }> =>
      rest('POST', `${scene.path('configmaps')}?fieldValidation=Strict`, text);
    const unknown = await body(
      '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"strict","unknownMeta":"x"},"unknown":1}',
    );
    expect(unknown.status).toBe(400);
    expect(unknown.body.message).toContain('strict decoding error');
    expect(unknown.body.message).toContain('unknown field "metadata.unknownMeta"');
    const twice = await body(
      '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"strict"},"data":{"a":"1"},"data":{"a":"2"}}',
    );
    expect(twice.status).toBe(400);
    expect(twice.body.message).toContain('duplicate field "data"');
  });

  it('takes no ConfigMap or Secret with an empty key', async () => {
    for (const plural of ['configmaps', 'secrets'])
      expect(
        (await rest('POST', scene.path(plural), { metadata: { name: 'empty-key' }, data: { '': 'eA==' } })).status,
      ).toBe(422);
  });

  it('serves Leases through their whole life', async () => {
    const path = scene.path('leases', '', 'apis/coordination.k8s.io/v1');
    const spec = {
      holderIdentity: 'me',
      leaseDurationSeconds: 30,
      leaseTransitions: 0,
      acquireTime: '2026-01-01T00:00:00.000000Z',
      renewTime: '2026-01-01T00:00:05.123456Z',
    };
    const lease = await must<{ metadata: Meta; spec: typeof spec }>('POST', path, {
      metadata: { name: 'l', labels: { x: '1' } },
      spec,
    });
    expect(lease.spec).toEqual(spec);
    lease.spec.leaseTransitions = 1;
    const updated = await must<typeof lease>('PUT', `${path}/l`, lease);
    expect(updated.spec.leaseTransitions).toBe(1);
    await must('DELETE', `${path}?${selecting({ x: '1' })}`);
    expect((await rest('GET', `${path}/l`)).status).toBe(404);
  });

  it.each([
    ['api/v1', 'reason'],
    ['apis/events.k8s.io/v1', 'reason'],
  ])('serves Events of %s through their whole life, in both groups', async (group) => {
    const events = group !== 'api/v1';
    const name = `event-${events ? 'new' : 'core'}`;
    const about = { kind: 'Pod', name: 'p', namespace: scene.namespace };
    const event = events
      ? {
          metadata: { name, labels: { of: name } },
          regarding: about,
          reason: 'R',
          type: 'Normal',
          note: 'n',
          action: 'A',
          reportingController: 'c',
          reportingInstance: 'i',
          eventTime: '2026-01-01T00:00:00.000000Z',
        }
      : { metadata: { name, labels: { of: name } }, involvedObject: about, reason: 'R', type: 'Normal', message: 'n' };
    await must('POST', scene.path('events', '', group), event);
    const other = events ? 'api/v1' : 'apis/events.k8s.io/v1';
    expect(await must('GET', scene.path('events', name, other))).toMatchObject(
      events ? { message: 'n', involvedObject: about } : { note: 'n', regarding: about },
    );
    await must('PATCH', scene.path('events', name, group), { metadata: { annotations: { a: 'b' } } }, merge);
    await must('DELETE', `${scene.path('events', '', group)}?${selecting({ of: name })}`);
    expect((await rest('GET', scene.path('events', name, other))).status).toBe(404);
  });
});

describe('scheduling', () => {
  const unschedulable = (name: string, message: string): Promise<Pod> =>
    scene.until(name, message, (p) => {
      const condition = conditionOf(p, 'PodScheduled');
      return (
        condition?.status === 'False' && condition.reason === 'Unschedulable' && condition.message!.includes(message)
      );
    });
  scene.pod('too-big', [sh('c', 'true', { resources: { requests: { cpu: '1000' } } })]);
  scene.pod('nowhere', { nodeSelector: { 'example.com/none': 'x' }, containers: [sh('c', 'true')] });
  scene.pod('os', { nodeSelector: { 'kubernetes.io/os': 'linux' }, containers: [sh('c', 'true')] });
  scene.pod('port-1', { containers: [stays('c', { ports: [{ containerPort: 80, hostPort: 54323 }] })] });

  it('leaves pods pending that ask for more than the node has, or for a node that is not there', async () => {
    await unschedulable('too-big', 'Insufficient cpu');
    await unschedulable('nowhere', "node(s) didn't match Pod's node affinity/selector");
    expect((await scene.event('too-big', 'FailedScheduling')).type).toBe('Warning');
  });

  it('binds pods to nodes that their selectors match', async () => {
    expect((await scene.ended('os')).status.phase).toBe('Succeeded');
  });

  it('gives a host port away once: an address of the host conflicts with all of them', async () => {
    await scene.ready('port-1');
    await must(
      'POST',
      scene.path('pods'),
      scene.podObject('port-2', [stays('c', { ports: [{ containerPort: 80, hostPort: 54323, hostIP: '127.0.0.1' }] })]),
    );
    await unschedulable('port-2', "node(s) didn't have free ports for the requested pod ports");
    await must('DELETE', scene.path('pods', 'port-1'));
    await scene.ready('port-2');
  });
});
