import {
  AppsV1Api,
  BatchV1Api,
  CoreV1Api,
  CustomObjectsApi,
  ApiextensionsV1Api,
  KubeConfig,
  KubernetesObjectApi,
  PatchStrategy,
  RbacAuthorizationV1Api,
  Watch,
  makeInformer,
  setHeaderOptions,
  type KubernetesObject,
  type V1ConfigMap,
} from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../e2e/run.ts';
import { startControlPlane, type ControlPlane } from './control-plane.ts';

/** The official JavaScript client: typed, by object, with a watch, an informer, and custom objects. */
const namespace = 'default';
const config = new KubeConfig();
let plane: ControlPlane;
beforeAll(async () => {
  plane = await startControlPlane();
  config.loadFromFile(plane.kubeconfig);
});
afterAll(() => plane?.stop());

test('the typed clients create, read, patch, list and delete', async () => {
  const core = config.makeApiClient(CoreV1Api);
  const apps = config.makeApiClient(AppsV1Api);
  const batch = config.makeApiClient(BatchV1Api);
  const rbac = config.makeApiClient(RbacAuthorizationV1Api);
  const labels = { app: 'typed' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'nginx' }] } };
  await apps.createNamespacedDeployment({
    namespace,
    body: { metadata: { name: 'typed' }, spec: { replicas: 0, selector: { matchLabels: labels }, template } },
  });
  const scale = await apps.readNamespacedDeploymentScale({ name: 'typed', namespace });
  expect(scale.spec).toEqual({ replicas: 0 });
  await apps.replaceNamespacedDeploymentScale({
    name: 'typed',
    namespace,
    body: { metadata: { name: 'typed', namespace }, spec: { replicas: 2 } },
  });
  await eventually('the pods are made', async () => {
    const pods = await core.listNamespacedPod({ namespace, labelSelector: 'app=typed' });
    return pods.items.length === 2;
  });
  const patched = await apps.patchNamespacedDeployment(
    { name: 'typed', namespace, body: [{ op: 'replace', path: '/spec/replicas', value: 0 }] },
    setHeaderOptions('Content-Type', PatchStrategy.JsonPatch),
  );
  expect(patched.spec?.replicas).toBe(0);
  const job = { template: { spec: { ...template.spec, restartPolicy: 'Never' } } };
  await batch.createNamespacedCronJob({
    namespace,
    body: { metadata: { name: 'typed' }, spec: { schedule: '@hourly', suspend: true, jobTemplate: { spec: job } } },
  });
  expect((await batch.listCronJobForAllNamespaces()).items.map((item) => item.metadata?.name)).toEqual(['typed']);
  const roles = await rbac.listClusterRole();
  expect(roles.items.map((role) => role.metadata?.name)).toContain('cluster-admin');
  await apps.deleteNamespacedDeployment({ name: 'typed', namespace, propagationPolicy: 'Foreground' });
  await eventually('the deployment is gone', async () => {
    return (await apps.listNamespacedDeployment({ namespace })).items.length === 0;
  });
});

test('the object client works on whatever the server serves, with server-side apply', async () => {
  const objects = KubernetesObjectApi.makeApiClient(config);
  const manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'object', namespace }, data: { a: '1' } };
  await objects.create(manifest);
  const changed = { ...manifest, data: { b: '2' } } as KubernetesObject & { data: Record<string, string> };
  const applied = await objects.patch(changed, undefined, undefined, 'the-test', true, PatchStrategy.ServerSideApply);
  expect(applied.data).toEqual({ a: '1', b: '2' });
  expect(applied.metadata?.managedFields?.map((entry) => entry.operation).sort((x, y) => (x! < y! ? -1 : 1))).toEqual([
    'Apply',
    'Update',
  ]);
  expect((await objects.list('v1', 'ConfigMap', namespace)).items.map((item) => item.metadata?.name)).toContain(
    'object',
  );
  await objects.delete(manifest);
});

test('an informer follows what happens', async () => {
  const core = config.makeApiClient(CoreV1Api);
  const informer = makeInformer<V1ConfigMap>(
    config,
    `/api/v1/namespaces/${namespace}/configmaps`,
    () => core.listNamespacedConfigMap({ namespace, labelSelector: 'informer=yes' }),
    'informer=yes',
  );
  const log: string[] = [];
  informer.on('add', (object) => log.push(`add ${object.metadata?.name}`));
  informer.on('update', (object) => log.push(`update ${object.metadata?.name} ${object.data?.['x']}`));
  informer.on('delete', (object) => log.push(`delete ${object.metadata?.name}`));
  await informer.start();
  const body = { metadata: { name: 'watched', labels: { informer: 'yes' } } };
  await core.createNamespacedConfigMap({ namespace, body });
  await core.replaceNamespacedConfigMap({ name: 'watched', namespace, body: { ...body, data: { x: '1' } } });
  await core.deleteNamespacedConfigMap({ name: 'watched', namespace });
  await eventually('the informer has seen it', () => Promise.resolve(log.length === 3));
  await informer.stop();
  expect(log).toEqual(['add watched', 'update watched 1', 'delete watched']);
});

test('custom objects are served as soon as their definition is established', async () => {
  const extensions = config.makeApiClient(ApiextensionsV1Api);
  const custom = config.makeApiClient(CustomObjectsApi);
  const group = 'node.example.com';
  await extensions.createCustomResourceDefinition({
    body: {
      metadata: { name: `things.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { plural: 'things', kind: 'Thing' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: 'object',
                properties: { spec: { type: 'object', properties: { size: { type: 'integer', _default: 3 } } } },
              },
            },
          },
        ],
      },
    },
  });
  await eventually('it is established', async () => {
    const found = await extensions.readCustomResourceDefinition({ name: `things.${group}` });
    return found.status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True');
  });
  const where = { group, version: 'v1', namespace, plural: 'things' };
  const events: string[] = [];
  const watching = await new Watch(config).watch(
    `/apis/${group}/v1/namespaces/${namespace}/things`,
    {},
    (type: string, object: KubernetesObject) => events.push(`${type} ${object.metadata?.name}`),
    () => undefined,
  );
  const made = (await custom.createNamespacedCustomObject({
    ...where,
    body: { apiVersion: `${group}/v1`, kind: 'Thing', metadata: { name: 'one' }, spec: { unknown: true } },
  })) as { spec: unknown };
  expect(made.spec).toEqual({ size: 3 });
  await custom.deleteNamespacedCustomObject({ ...where, name: 'one' });
  await eventually('the watch has seen both', () => Promise.resolve(events.length === 2));
  watching.abort();
  expect(events).toEqual(['ADDED one', 'DELETED one']);
});
