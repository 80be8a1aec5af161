import { CoreV1Api, KubeConfig, type V1ConfigMap, Watch, makeInformer } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { killDaemon } from './daemons.ts';
import { eventually } from './run.ts';
import { suiteUp } from './suite.ts';

const NAMESPACE = 'independent-client';
const config = new KubeConfig();
let api: CoreV1Api;

beforeAll(async () => {
  await suiteUp();
  config.loadFromFile('/etc/wherry/admin.kubeconfig');
  api = config.makeApiClient(CoreV1Api);
  await api.createNamespace({ body: { metadata: { name: NAMESPACE } } });
});
afterAll(() => api.deleteNamespace({ name: NAMESPACE }));

interface Entry {
  type: string;
  name: string;
  version: string;
}
const entry = (type: string, object: V1ConfigMap): Entry => ({
  type,
  name: object.metadata!.name!,
  version: object.metadata!.resourceVersion!,
});

/** What the server's history says happened since a version, up to the object called `last`. */
async function history(since: string, last: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  const finished = Promise.withResolvers<void>();
  const path = `/api/v1/namespaces/${NAMESPACE}/configmaps`;
  const controller = await new Watch(config).watch(
    path,
    { resourceVersion: since },
    (type: string, object: V1ConfigMap) => {
      entries.push(entry(type, object));
      if (object.metadata?.name === last) finished.resolve();
    },
    (error: unknown) =>
      finished.reject(error instanceof Error ? error : new Error(`the watch ended: ${String(error)}`)),
  );
  await finished.promise;
  controller.abort();
  return entries;
}

describe('@kubernetes/client-node', () => {
  it('runs an informer across restarts of the apiserver that misses nothing, sees nothing twice and does not list again', async () => {
    const log: Entry[] = [];
    let lists = 0;
    let since = '';
    const list = async (): ReturnType<CoreV1Api['listNamespacedConfigMap']> => {
      const answer = await api.listNamespacedConfigMap({ namespace: NAMESPACE });
      lists++;
      since ||= answer.metadata!.resourceVersion!;
      return answer;
    };
    const informer = makeInformer<V1ConfigMap>(config, `/api/v1/namespaces/${NAMESPACE}/configmaps`, list);
    informer.on('add', (object) => void log.push(entry('ADDED', object)));
    informer.on('update', (object) => void log.push(entry('MODIFIED', object)));
    informer.on('delete', (object) => void log.push(entry('DELETED', object)));
    // The library hands a broken connection to its user, who starts it again; it goes on from where it was.
    informer.on('error', () => void setTimeout(() => void informer.start(), 200));
    await informer.start();
    const initial = log.length;

    const create = (name: string): Promise<unknown> =>
      eventually(`creating ${name}`, async () => {
        await api.createNamespacedConfigMap({ namespace: NAMESPACE, body: { metadata: { name }, data: { a: '1' } } });
        return true;
      });
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 10; i++) {
        const name = `object-${round}-${i}`;
        await create(name);
        const read = await api.readNamespacedConfigMap({ namespace: NAMESPACE, name });
        await api.replaceNamespacedConfigMap({
          namespace: NAMESPACE,
          name,
          body: { metadata: read.metadata!, data: { a: '2' } },
        });
        if (i % 2 === 0) await api.deleteNamespacedConfigMap({ namespace: NAMESPACE, name });
      }
      if (round < 2) {
        killDaemon('apiserver');
        await suiteUp('--no-demo');
      }
    }
    await create('last');
    await eventually('the last object in the informer', async () => log.some((e) => e.name === 'last'));
    await informer.stop();

    expect(log.slice(initial)).toEqual(await history(since, 'last'));
    expect(log.slice(initial)).toHaveLength(3 * (10 + 10 + 5) + 1);
    expect(lists).toBe(1);
  });
});
