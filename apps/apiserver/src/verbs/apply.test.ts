import { configMaps, deployments, type ConfigMap, type Deployment } from '@wherry/api';
import type { KubeObject, ManagedFieldsEntry, StatusError } from '@wherry/apimachinery';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApiserver, type TestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { configMap, deployment, refusal } from '../testing/objects.ts';

let cluster: TestApiserver;
beforeAll(async () => {
  cluster = await startTestApiserver();
});
afterAll(() => cluster.close());

const inDefault = { namespace: 'default' };
const MAPS = '/api/v1/namespaces/default/configmaps';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';

interface Sent {
  type?: string;
  query?: string;
  agent?: string;
}

async function send<T extends KubeObject>(
  method: 'POST' | 'PUT' | 'PATCH',
  path: string,
  body: unknown,
  sent: Sent = {},
): Promise<T> {
  return cluster.client.request<T>({
    method,
    path: sent.query === undefined ? path : `${path}?${sent.query}`,
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    contentType: sent.type ?? 'application/json',
    headers: { 'user-agent': sent.agent ?? 'tester/1.0 (linux)' },
  });
}
function apply<T extends KubeObject = ConfigMap>(path: string, body: unknown, manager = 'a', query = ''): Promise<T> {
  return send<T>('PATCH', path, body, {
    type: 'application/apply-patch+yaml',
    query: `fieldManager=${manager}${query}`,
  });
}
const mapOf = (name: string, data: Record<string, string>, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data,
});
const applyMap = (name: string, data: Record<string, string>, manager?: string, query?: string) =>
  apply(`${MAPS}/${name}`, mapOf(name, data), manager, query);
const applyDeployment = (name: string, spec: object, manager?: string, query?: string) =>
  apply<Deployment>(
    `${DEPLOYMENTS}/${name}`,
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec },
    manager,
    query,
  );
const workload = (name: string, image = 'web') => ({
  selector: { matchLabels: { app: name } },
  template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'app', image }] } },
});
const entryOf = (object: KubeObject, manager: string, operation?: string): ManagedFieldsEntry | undefined =>
  object.metadata.managedFields?.find(
    (entry) => entry.manager === manager && (operation === undefined || entry.operation === operation),
  );
const managers = (object: KubeObject) =>
  (object.metadata.managedFields ?? []).map(
    ({ manager, operation, subresource }) => `${operation} ${manager}${subresource ? ` ${subresource}` : ''}`,
  );
const conflictsOf = (error: StatusError) =>
  (error.status.details?.causes ?? []).map(({ field, message }) => `${field} ${message}`);

describe('an apply', () => {
  test('makes what is not there, with an entry of its manager alone', async () => {
    const made = await applyMap('made', { k: 'v' });
    expect(made.metadata.managedFields).toEqual([
      {
        manager: 'a',
        operation: 'Apply',
        apiVersion: 'v1',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:data': { 'f:k': {} } },
      },
    ]);
    expect(await cluster.client.resource(configMaps).get('made', inDefault)).toEqual(made);
  });

  test('that changes nothing writes nothing', async () => {
    const first = await applyMap('idle', { k: 'v' });
    expect(await applyMap('idle', { k: 'v' })).toEqual(first);
    const one = await applyDeployment('idle', { replicas: 2, ...workload('idle') });
    expect(await applyDeployment('idle', { replicas: 2, ...workload('idle') })).toEqual(one);
  });

  test('of YAML is read as such', async () => {
    const yaml = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: yaml\ndata:\n  k: "1"\n';
    expect((await apply(`${MAPS}/yaml`, yaml)).data).toEqual({ k: '1' });
    const twice = `${yaml}  k: "2"\n`;
    expect((await apply(`${MAPS}/yaml`, twice)).data).toEqual({ k: '2' });
    const error = await refusal(apply(`${MAPS}/yaml`, twice, 'a', '&fieldValidation=Strict'));
    expect([error.code, error.message]).toEqual([
      400,
      'error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  key "k" already set in map',
    ]);
    expect((await refusal(apply(`${MAPS}/yaml`, 'a: [', 'a'))).message).toMatch(
      /^error decoding YAML: error converting YAML/,
    );
  });

  test('removes what its manager gives up, and leaves what others gave', async () => {
    await applyMap('given-up', { mine: '1', theirs: '1' });
    await send(
      'PATCH',
      `${MAPS}/given-up`,
      { data: { theirs: '2', more: '3' } },
      { type: 'application/merge-patch+json' },
    );
    const last = await applyMap('given-up', {});
    expect(last.data).toEqual({ theirs: '2', more: '3' });
    expect(managers(last)).toEqual(['Apply a', 'Update tester']);
    expect(entryOf(last, 'a')?.fieldsV1).toEqual({ 'f:data': {} });
  });

  test('keeps a shared field until the last of its managers gives it up', async () => {
    await applyMap('shared', { k: 'v' }, 'a');
    await applyMap('shared', { k: 'v' }, 'b');
    expect((await applyMap('shared', {}, 'a')).data).toEqual({ k: 'v' });
    expect((await applyMap('shared', { other: '1' }, 'b')).data).toEqual({ other: '1' });
  });

  test('removes a port that it no longer has, by both its keys', async () => {
    const ports = (list: object[]) => ({
      ...workload('ports'),
      template: {
        metadata: { labels: { app: 'ports' } },
        spec: { containers: [{ name: 'app', image: 'web', ports: list }] },
      },
    });
    await applyDeployment(
      'ports',
      ports([{ containerPort: 53, protocol: 'UDP' }, { containerPort: 53 }, { containerPort: 80 }]),
    );
    const last = await applyDeployment('ports', ports([{ containerPort: 53 }, { containerPort: 80 }]));
    expect(last.spec.template.spec.containers[0]?.ports).toEqual([
      { containerPort: 53, protocol: 'TCP' },
      { containerPort: 80, protocol: 'TCP' },
    ]);
  });

  test('gives a field that it gives up its default again', async () => {
    await applyDeployment('default', { replicas: 5, ...workload('default') });
    expect((await applyDeployment('default', workload('default'))).spec.replicas).toBe(1);
  });

  test('refuses to change what others manage, and is told whom', async () => {
    const first = await send<Deployment>('POST', DEPLOYMENTS, deployment('refused', 1), {
      query: 'fieldManager=kubectl-client-side-apply',
    });
    const error = await refusal(applyDeployment('refused', { replicas: 3, ...workload('refused') }));
    expect(error.status).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message: 'Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using apps/v1: .spec.replicas',
      details: {
        causes: [
          {
            reason: 'FieldManagerConflict',
            message: 'conflict with "kubectl-client-side-apply" using apps/v1',
            field: '.spec.replicas',
          },
        ],
      },
    });
    expect(await cluster.client.resource(deployments).get('refused', inDefault)).toEqual(first);
    const forced = await applyDeployment('refused', { replicas: 3, ...workload('refused') }, 'a', '&force=true');
    expect(forced.spec.replicas).toBe(3);
    expect(entryOf(forced, 'kubectl-client-side-apply')?.fieldsV1).not.toHaveProperty(['f:spec', 'f:replicas']);
    const back = await refusal(applyDeployment('refused', { replicas: 4, ...workload('refused', 'other') }, 'b'));
    expect(back.message).toBe(
      'Apply failed with 3 conflicts: conflicts with "a":\n- .spec.replicas\n- .spec.template.spec.containers[name="app"].image\nconflicts with "kubectl-client-side-apply" using apps/v1:\n- .spec.template.spec.containers[name="app"].image',
    );
  });

  test('of a value that is there shares it', async () => {
    await applyMap('same', { k: 'v' }, 'a');
    const shared = await applyMap('same', { k: 'v' }, 'b');
    expect(managers(shared)).toEqual(['Apply a', 'Apply b']);
    expect(conflictsOf(await refusal(applyMap('same', { k: 'w' }, 'b')))).toEqual(['.data.k conflict with "a"']);
  });

  test('is told to name a manager', async () => {
    const error = await refusal(
      send('PATCH', `${MAPS}/nobody`, mapOf('nobody', {}), { type: 'application/apply-patch+yaml' }),
    );
    expect([error.code, error.message]).toEqual([
      422,
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    ]);
    const forced = await refusal(
      send('PATCH', `${MAPS}/nobody`, {}, { type: 'application/merge-patch+json', query: 'force=true' }),
    );
    expect(forced.message).toBe(
      'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch',
    );
  });

  test.each<[string, object, string]>([
    [
      'of another kind',
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' } },
      'invalid object type: /v1, Kind=Secret',
    ],
    [
      'of another version',
      { apiVersion: 'v2', kind: 'ConfigMap', metadata: { name: 'x' } },
      'invalid object type: /v2, Kind=ConfigMap',
    ],
    ['without a kind', { metadata: { name: 'x' } }, 'invalid object type: /, Kind='],
    ['with managed fields', mapOf('x', {}, { managedFields: [{}] }), 'metadata.managedFields must be nil'],
    [
      'with an unknown field',
      { ...mapOf('x', {}, { namespace: 'default' }), more: 1 },
      'failed to create typed patch object (default/x; /v1, Kind=ConfigMap): .more: field not declared in schema',
    ],
    [
      'of the wrong type',
      { ...mapOf('x', {}), data: { k: 1 } },
      'failed to create typed patch object (/x; /v1, Kind=ConfigMap): .data.k: expected string, got &value.valueUnstructured{Value:1}',
    ],
    ['with another name', mapOf('y', {}), 'the name of the object (y) does not match the name on the URL (x)'],
    [
      'without a name',
      mapOf('', {}),
      'the name of the object (x based on URL) was undeterminable: name must be provided',
    ],
    [
      'of another namespace',
      mapOf('x', {}, { namespace: 'other' }),
      'the namespace of the object (other) does not match the namespace on the request (default)',
    ],
  ])('%s is refused', async (_, body, message) => {
    const error = await refusal(apply(`${MAPS}/x`, body));
    expect([error.code, error.message]).toEqual([400, message]);
  });

  test('of items that stand twice, or without their key, is refused', async () => {
    const spec = (containers: object[]) => ({ ...workload('twice'), template: { metadata: {}, spec: { containers } } });
    const twice = await refusal(applyDeployment('twice', spec([{ name: 'app' }, { name: 'app' }])));
    expect(twice.message).toBe(
      'failed to create typed patch object (/twice; apps/v1, Kind=Deployment): .spec.template.spec.containers: duplicate entries for key [name="app"]',
    );
    const none = await refusal(applyDeployment('twice', spec([{ image: 'x' }])));
    expect(none.message).toMatch(
      /containers: element 0: associative list with keys has an element that omits key field "name"/,
    );
  });

  test('names the object that it is about by its uid and its version', async () => {
    const error = await refusal(apply(`${MAPS}/ghost`, mapOf('ghost', {}, { uid: 'u' })));
    expect([error.code, error.message]).toEqual([
      409,
      'Operation cannot be fulfilled on configmaps "ghost": uid mismatch: the provided object specified uid u, and no existing object was found',
    ]);
    const made = await applyMap('ghost', { k: '1' });
    const wrong = await refusal(apply(`${MAPS}/ghost`, mapOf('ghost', {}, { uid: 'u' })));
    expect([wrong.code, wrong.message]).toEqual([
      422,
      'ConfigMap "ghost" is invalid: metadata.uid: Invalid value: "u": field is immutable',
    ]);
    const { uid, resourceVersion } = made.metadata;
    const next = await apply(`${MAPS}/ghost`, mapOf('ghost', { k: '2' }, { uid, resourceVersion }));
    expect(next.data).toEqual({ k: '2' });
    const stale = await refusal(apply(`${MAPS}/ghost`, mapOf('ghost', { k: '3' }, { uid, resourceVersion })));
    expect([stale.code, stale.message]).toEqual([
      409,
      'Operation cannot be fulfilled on configmaps "ghost": the object has been modified; please apply your changes to the latest version and try again',
    ]);
  });

  test('on a dry run stores nothing', async () => {
    expect((await applyMap('dry', { k: 'v' }, 'a', '&dryRun=All')).data).toEqual({ k: 'v' });
    expect((await refusal(cluster.client.resource(configMaps).get('dry', inDefault))).code).toBe(404);
  });

  test('of many at once comes to what all of them say', async () => {
    await Promise.all(Array.from({ length: 12 }, (_, i) => applyMap('many', { [`k${i}`]: 'v' }, `m${i}`)));
    const last = await cluster.client.resource(configMaps).get('many', inDefault);
    expect(Object.keys(last.data ?? {})).toHaveLength(12);
    expect(last.metadata.managedFields).toHaveLength(12);
  });

  test('may not create without being allowed to', async () => {
    const config = await cluster.configFor('patcher');
    const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['patch', 'get'] }];
    const rbac = 'rbac.authorization.k8s.io';
    const base = `/apis/${rbac}/v1/namespaces/default`;
    const meta = { metadata: { name: 'patcher', namespace: 'default' } };
    await send('POST', `${base}/roles`, { apiVersion: `${rbac}/v1`, kind: 'Role', ...meta, rules });
    await send('POST', `${base}/rolebindings`, {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      ...meta,
      roleRef: { apiGroup: rbac, kind: 'Role', name: 'patcher' },
      subjects: [{ kind: 'User', name: 'patcher', apiGroup: rbac }],
    });
    const { RestClient } = await import('@wherry/client');
    await using client = new RestClient(config);
    const patcher = client.resource(configMaps);
    const options = { type: 'apply', fieldManager: 'p', ...inDefault } as const;
    const error = await refusal(patcher.patch('forbidden', mapOf('forbidden', {}), options));
    expect(error.code).toBe(403);
    expect(error.message).toBe('configmaps "forbidden" is forbidden: ');
    await applyMap('allowed', { k: 'v' });
    expect((await patcher.patch('allowed', mapOf('allowed', { l: 'w' }), options)).data).toEqual({ k: 'v', l: 'w' });
  });
});

describe('an apply after other writes', () => {
  test('finds an owner for what nobody owned', async () => {
    const made = await cluster.client.resource(configMaps).create(configMap('unowned', { k: 'v' }));
    const cleared = await send<ConfigMap>('PUT', `${MAPS}/unowned`, {
      ...made,
      metadata: { ...made.metadata, managedFields: [] },
    });
    expect(cleared.metadata.managedFields).toBeUndefined();
    const error = await refusal(applyMap('unowned', { k: 'w' }));
    expect(error.message).toBe('Apply failed with 1 conflict: conflict with "before-first-apply" using v1: .data.k');
    const next = await applyMap('unowned', { l: 'x' });
    expect(managers(next)).toEqual(['Apply a', 'Update before-first-apply']);
  });

  test('takes over from a client-side apply what that said, when it is kubectl', async () => {
    const last = (data: object) =>
      `${JSON.stringify({ apiVersion: 'v1', data, kind: 'ConfigMap', metadata: { annotations: {}, name: 'over', namespace: 'default' } })}\n`;
    const annotation = 'kubectl.kubernetes.io/last-applied-configuration';
    const first = { ...configMap('over', { k: 'v' }), apiVersion: 'v1', kind: 'ConfigMap' };
    await send(
      'POST',
      MAPS,
      { ...first, metadata: { ...first.metadata, annotations: { [annotation]: last({ k: 'v' }) } } },
      { query: 'fieldManager=kubectl-client-side-apply' },
    );
    expect(conflictsOf(await refusal(applyMap('over', { k: 'w' }, 'other')))).toHaveLength(1);
    const next = await applyMap('over', { k: 'w' }, 'kubectl');
    expect(next.data).toEqual({ k: 'w' });
    expect(next.metadata.annotations?.[annotation]).toBe(
      '{"apiVersion":"v1","data":{"k":"w"},"kind":"ConfigMap","metadata":{"name":"over"}}\n',
    );
    // What somebody else changed since is theirs.
    await send(
      'PATCH',
      `${MAPS}/over`,
      { data: { k: 'x' } },
      { type: 'application/merge-patch+json', query: 'fieldManager=theirs' },
    );
    expect(conflictsOf(await refusal(applyMap('over', { k: 'y' }, 'kubectl')))).toEqual([
      '.data.k conflict with "theirs" using v1',
    ]);
  });

  test('sees the managers of another version, and drops those of one that is gone', async () => {
    const base = '/apis/autoscaling';
    const spec = { scaleTargetRef: { kind: 'Deployment', name: 'x', apiVersion: 'apps/v1' }, maxReplicas: 3 };
    const scaler = (version: string, more: object) => ({
      apiVersion: `autoscaling/${version}`,
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'versions' },
      spec: { ...spec, ...more },
    });
    const path = (version: string) => `${base}/${version}/namespaces/default/horizontalpodautoscalers/versions`;
    const made = await apply<KubeObject>(path('v1'), scaler('v1', { targetCPUUtilizationPercentage: 50 }), 'a');
    expect(made.apiVersion).toBe('autoscaling/v1');
    expect(conflictsOf(await refusal(apply(path('v2'), scaler('v2', { maxReplicas: 4 }), 'b')))).toEqual([
      '.spec.maxReplicas conflict with "a"',
    ]);
    const seen = await cluster.client.request<KubeObject>({ method: 'GET', path: path('v2') });
    const gone = { ...entryOf(seen, 'a')!, manager: 'gone', apiVersion: 'autoscaling/v2beta9' };
    const metadata = { ...seen.metadata, managedFields: [...seen.metadata.managedFields!, gone] };
    const kept = await send<KubeObject>('PUT', path('v2'), { ...seen, metadata });
    expect(managers(kept)).toContain('Apply gone');
    const next = await apply<KubeObject>(path('v2'), scaler('v2', { minReplicas: 2 }), 'b');
    expect(managers(next)).toEqual(['Apply a', 'Apply b']);
    // The same applier in the other version: one entry, and what it gives up is converted.
    const again = await apply<KubeObject>(path('v2'), scaler('v2', {}), 'a');
    expect(again.metadata.managedFields?.map((entry) => `${entry.manager} ${entry.apiVersion}`)).toEqual([
      'a autoscaling/v2',
      'b autoscaling/v2',
    ]);
    expect((again as unknown as { spec: object }).spec).not.toHaveProperty(
      'metrics.0.resource.target.averageUtilization',
      50,
    );
  });
});

describe('ordinary writes', () => {
  test('are managed by the User-Agent up to its slash, or by whom the request names', async () => {
    const made = await send<ConfigMap>('POST', MAPS, configMap('agent', { k: 'v' }), {
      agent: 'kubelet/v1.36.0 (linux/amd64)',
    });
    expect(managers(made)).toEqual(['Update kubelet']);
    expect(made.metadata.managedFields?.[0]?.fieldsV1).toEqual({ 'f:data': { '.': {}, 'f:k': {} } });
    const next = await send<ConfigMap>(
      'PUT',
      `${MAPS}/agent`,
      { ...made, data: { k: 'w', l: 'x' } },
      { query: 'fieldManager=me' },
    );
    expect(managers(next).sort()).toEqual(['Update kubelet', 'Update me']);
    expect(entryOf(next, 'me')?.fieldsV1).toEqual({ 'f:data': { 'f:k': {}, 'f:l': {} } });
    expect(entryOf(next, 'kubelet')?.fieldsV1).toEqual({ 'f:data': {} });
  });

  test('of a new workload own everything that was said and defaulted, but not what the server fills in', async () => {
    const made = await send<Deployment>('POST', DEPLOYMENTS, deployment('owned'));
    expect(made.metadata.managedFields).toHaveLength(1);
    expect(made.metadata.managedFields?.[0]?.fieldsV1).toEqual({
      'f:spec': {
        'f:progressDeadlineSeconds': {},
        'f:replicas': {},
        'f:revisionHistoryLimit': {},
        'f:selector': {},
        'f:strategy': {
          'f:rollingUpdate': { '.': {}, 'f:maxSurge': {}, 'f:maxUnavailable': {} },
          'f:type': {},
        },
        'f:template': {
          'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} }, 'f:name': {} },
          'f:spec': {
            'f:containers': {
              'k:{"name":"app"}': {
                '.': {},
                'f:image': {},
                'f:imagePullPolicy': {},
                'f:name': {},
                'f:resources': {},
                'f:terminationMessagePath': {},
                'f:terminationMessagePolicy': {},
              },
            },
            'f:dnsPolicy': {},
            'f:restartPolicy': {},
            'f:schedulerName': {},
            'f:securityContext': {},
            'f:terminationGracePeriodSeconds': {},
          },
        },
      },
    });
  });

  test('of the status are managed apart, and own nothing of the rest', async () => {
    const made = await send<Deployment>('POST', DEPLOYMENTS, deployment('status'));
    const body = { ...made, status: { replicas: 1 }, spec: { ...made.spec, replicas: 9 } };
    const next = await send<Deployment>('PUT', `${DEPLOYMENTS}/status/status`, body, {
      query: 'fieldManager=controller',
    });
    const entry = entryOf(next, 'controller');
    expect(entry).toMatchObject({ operation: 'Update', subresource: 'status', apiVersion: 'apps/v1' });
    expect(entry?.fieldsV1).toEqual({ 'f:status': { 'f:replicas': {} } });
    const main = await send<Deployment>(
      'PUT',
      `${DEPLOYMENTS}/status`,
      { ...next, status: { replicas: 5 } },
      { query: 'fieldManager=main' },
    );
    expect(main.metadata.managedFields).toEqual(next.metadata.managedFields);
  });

  test('of the status by apply own the status alone', async () => {
    await applyDeployment('status-applied', { replicas: 1, ...workload('status-applied') });
    const next = await apply<Deployment>(
      `${DEPLOYMENTS}/status-applied/status`,
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'status-applied' },
        spec: { replicas: 7, ...workload('x') },
        status: { replicas: 2 },
      },
      's',
    );
    expect(next).toMatchObject({ spec: { replicas: 1 }, status: { replicas: 2 } });
    expect(entryOf(next, 's')).toMatchObject({
      operation: 'Apply',
      subresource: 'status',
      fieldsV1: { 'f:status': { 'f:replicas': {} } },
    });
    const nowhere = await refusal(
      apply(
        `${DEPLOYMENTS}/nowhere/status`,
        { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'nowhere' } },
        's',
      ),
    );
    expect(nowhere.code).toBe(404);
  });

  test('of the scale take the replicas of the object over', async () => {
    await applyDeployment('scaled', { replicas: 1, ...workload('scaled') });
    await send(
      'PATCH',
      `${DEPLOYMENTS}/scaled/scale`,
      { spec: { replicas: 3 } },
      { type: 'application/merge-patch+json' },
    );
    const scaled = await cluster.client.resource(deployments).get('scaled', inDefault);
    expect(entryOf(scaled, 'tester')).toMatchObject({
      operation: 'Update',
      apiVersion: 'apps/v1',
      subresource: 'scale',
      fieldsV1: { 'f:spec': { 'f:replicas': {} } },
    });
    expect(entryOf(scaled, 'a')?.fieldsV1).not.toHaveProperty(['f:spec', 'f:replicas']);
    const error = await refusal(applyDeployment('scaled', { replicas: 5, ...workload('scaled') }));
    expect(error.message).toBe(
      'Apply failed with 1 conflict: conflict with "tester" with subresource "scale" using apps/v1: .spec.replicas',
    );
    const scale = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'scaled' }, spec: { replicas: 4 } };
    expect((await refusal(apply(`${DEPLOYMENTS}/scaled/scale`, scale, 's'))).code).toBe(409);
    const applied = await apply<KubeObject>(`${DEPLOYMENTS}/scaled/scale`, scale, 's', '&force=true');
    expect(applied).toMatchObject({ kind: 'Scale', spec: { replicas: 4 } });
    const last = await cluster.client.resource(deployments).get('scaled', inDefault);
    expect(last.spec.replicas).toBe(4);
    expect(managers(last)).toEqual(['Apply a', 'Apply s scale']);
  });

  test('that change nothing change no time', async () => {
    const made = await send<ConfigMap>('POST', MAPS, configMap('still', { k: 'v' }));
    const fields = made.metadata.managedFields!.map((entry) => ({ ...entry, time: '2020-01-01T00:00:00Z' }));
    const put = await send<ConfigMap>('PUT', `${MAPS}/still`, {
      ...made,
      metadata: { ...made.metadata, managedFields: fields },
    });
    expect(put).toEqual(made);
  });

  test.each([
    ['merge', { metadata: { managedFields: [{}] } }, 'application/merge-patch+json'],
    ['merge with an empty list', { metadata: { managedFields: [] } }, 'application/merge-patch+json'],
    ['strategic', { metadata: { managedFields: [{}] } }, 'application/strategic-merge-patch+json'],
    ['JSON', [{ op: 'replace', path: '/metadata/managedFields', value: [{}] }], 'application/json-patch+json'],
  ])('may clear the managers by a %s patch, which then stay away until an apply', async (kind, patch, type) => {
    const name = `cleared-${kind.replaceAll(' ', '-').toLowerCase()}`;
    await applyMap(name, { k: 'v' });
    const cleared = await send<ConfigMap>('PATCH', `${MAPS}/${name}`, patch, { type });
    expect(cleared.metadata.managedFields).toBeUndefined();
    const updated = await send<ConfigMap>('PUT', `${MAPS}/${name}`, { ...cleared, data: { k: 'w' } });
    expect(updated.metadata.managedFields).toBeUndefined();
    expect(managers(await applyMap(name, { l: 'x' }))).toEqual(['Apply a', 'Update before-first-apply']);
  });

  test.each([
    ['operation', { operation: 'Remove' }],
    ['fieldsType', { fieldsType: 'FieldsV9' }],
    ['apiVersion', { apiVersion: '' }],
    ['fields', { fieldsV1: { nonsense: {} } }],
  ])('with managed fields of a wrong %s leave them as they were', async (what, wrong) => {
    const made = await applyMap(`wrong-${what.toLowerCase()}`, { k: 'v' });
    const managedFields = [{ ...made.metadata.managedFields![0]!, manager: 'b', ...wrong }];
    const put = await send<ConfigMap>('PUT', `${MAPS}/wrong-${what.toLowerCase()}`, {
      ...made,
      metadata: { ...made.metadata, managedFields },
    });
    expect(put.metadata.managedFields).toEqual(made.metadata.managedFields);
  });

  test('may not touch the managers by way of a subresource', async () => {
    const made = await applyDeployment('by-status', workload('by-status'));
    const body = { ...made, metadata: { ...made.metadata, managedFields: [{}] } };
    const put = await send<Deployment>('PUT', `${DEPLOYMENTS}/by-status/status`, body);
    expect(put.metadata.managedFields).toEqual(made.metadata.managedFields);
  });

  test('without managed fields in their body keep them', async () => {
    const made = await applyMap('unaware', { k: 'v' });
    const { managedFields: _, ...metadata } = made.metadata;
    const put = await send<ConfigMap>('PUT', `${MAPS}/unaware`, { ...made, metadata, data: { k: 'v', l: 'w' } });
    expect(managers(put)).toEqual(['Apply a', 'Update tester']);
  });

  test('of more than ten managers are merged into ancient-changes', async () => {
    let object = await applyMap('ancient', { k: 'v' });
    for (let i = 0; i < 12; i++) {
      object = await send<ConfigMap>(
        'PUT',
        `${MAPS}/ancient`,
        { ...object, data: { ...object.data, [`k${i}`]: 'v' } },
        { query: `fieldManager=u${i}` },
      );
    }
    const updaters = managers(object).filter((entry) => entry.startsWith('Update'));
    expect(updaters).toHaveLength(10);
    expect(updaters).toContain('Update ancient-changes');
  });

  test('leave nothing to a manager whose fields all went', async () => {
    await applyMap('gone', { k: 'v' });
    const next = await send<ConfigMap>(
      'PATCH',
      `${MAPS}/gone`,
      { data: null },
      { type: 'application/merge-patch+json' },
    );
    expect(next.metadata.managedFields).toBeUndefined();
  });
});
