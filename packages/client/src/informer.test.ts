import { configMaps, type ConfigMap } from '@wherry/api';
import { expect, it } from 'vitest';
import { sendJson, startFakeServer, until, type Response } from './fake-server.ts';
import { Informer } from './informer.ts';
import { RestClient } from './rest-client.ts';

const configMap = (name: string, version: number): ConfigMap => ({
  metadata: { name, namespace: 'n', resourceVersion: String(version) },
});
const frame = (type: string, object: unknown): string => `${JSON.stringify({ type, object })}\n`;
const list = (version: number, items: ConfigMap[]): unknown => ({
  kind: 'ConfigMapList',
  apiVersion: 'v1',
  metadata: { resourceVersion: String(version) },
  items,
});
const expired = {
  kind: 'Status',
  status: 'Failure',
  reason: 'Expired',
  code: 410,
  message: 'too old resource version',
};

/** Answers lists and watches in turn from two scripts. */
function scripted(lists: unknown[], watches: ((response: Response) => void)[]) {
  return (request: { url?: string | undefined }, response: Response): void => {
    if (request.url?.includes('watch=true') === true) {
      const next = watches.shift();
      if (next === undefined) response.write('\n');
      else next(response);
    } else sendJson(response, 200, lists.shift());
  };
}

function record(informer: Informer<ConfigMap>): string[] {
  const log: string[] = [];
  const tell = (o: ConfigMap): string => `${o.metadata.name}@${o.metadata.resourceVersion}`;
  informer.addHandler({
    onAdd: (o) => void log.push(`add ${tell(o)}`),
    onUpdate: (old, o) => void log.push(`update ${tell(old)} ${tell(o)}`),
    onDelete: (o) => void log.push(`delete ${tell(o)}`),
  });
  return log;
}

it('keeps its store by list and watch, and resumes from the last bookmark without a second list', async () => {
  await using server = await startFakeServer(
    scripted(
      [list(5, [configMap('a', 1), configMap('b', 2)])],
      [
        (response) => {
          response.write(frame('MODIFIED', configMap('a', 6)) + frame('DELETED', configMap('b', 7)));
          response.write(frame('ADDED', configMap('c', 8)));
          response.end(frame('BOOKMARK', { metadata: { resourceVersion: '20' } }));
        },
      ],
    ),
  );
  await using client = new RestClient(server.config);
  const informer = new Informer(client, configMaps, {
    indexers: { version: (o) => [o.metadata.resourceVersion ?? ''] },
  });
  const log = record(informer);
  const controller = new AbortController();
  const running = informer.run(controller.signal);
  await informer.waitForSync();
  expect(log).toEqual(['add a@1', 'add b@2']);
  await until(() => server.requests.length === 3);
  expect(log.slice(2)).toEqual(['update a@1 a@6', 'delete b@7', 'add c@8']);
  expect(informer.store.list().map((o) => o.metadata.name)).toEqual(['a', 'c']);
  expect(informer.store.get('n/a')).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' });
  expect(informer.store.byIndex('version', '8')).toHaveLength(1);
  expect(informer.store.byIndex('version', '1')).toHaveLength(0);
  expect(server.requests.map((request) => /[?&](resourceVersion=\d+)/.exec(request)?.[1])).toEqual([
    'resourceVersion=0',
    'resourceVersion=5',
    'resourceVersion=20',
  ]);
  controller.abort();
  await running;
});

it('lists again after 410 and tells only the difference', async () => {
  await using server = await startFakeServer(
    scripted(
      [
        list(5, [configMap('a', 1), configMap('b', 2), configMap('c', 3)]),
        list(50, [configMap('a', 1), configMap('b', 40), configMap('d', 41)]),
      ],
      [(response) => response.end(frame('ERROR', expired))],
    ),
  );
  await using client = new RestClient(server.config);
  const informer = new Informer(client, configMaps);
  const log = record(informer);
  const controller = new AbortController();
  const running = informer.run(controller.signal);
  await until(() => server.requests.length === 4);
  expect(log.slice(3)).toEqual(['update b@2 b@40', 'add d@41', 'delete c@3']);
  expect(informer.lastResourceVersion).toBe('50');
  controller.abort();
  await running;
});

it('survives a server that is away, and reports it', async () => {
  const gone = await startFakeServer(() => undefined);
  await gone.close();
  const errors: unknown[] = [];
  await using client = new RestClient(gone.config);
  const informer = new Informer(client, configMaps, { onError: (error) => void errors.push(error) });
  const controller = new AbortController();
  const running = informer.run(controller.signal);
  await until(() => errors.length === 1);
  await using _back = await startFakeServer(scripted([list(5, [configMap('a', 1)])], []), { port: gone.port });
  await informer.waitForSync();
  expect(informer.store.size).toBe(1);
  controller.abort();
  await running;
});

it('does not hide what a handler throws', async () => {
  await using server = await startFakeServer(
    scripted([list(5, [])], [(r) => void r.write(frame('ADDED', configMap('a', 6)))]),
  );
  await using client = new RestClient(server.config);
  const informer = new Informer(client, configMaps);
  informer.addHandler({
    onAdd() {
      throw new Error('a defect');
    },
  });
  await expect(informer.run(new AbortController().signal)).rejects.toThrow('a defect');
});
