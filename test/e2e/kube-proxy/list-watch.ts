import { createServer, type ServerResponse } from 'node:http';
import { createInterface } from 'node:readline';

/**
 * The part of an apiserver's wire that kube-proxy uses, to run inside a namespace: list and watch of whatever JSON lines
 * on standard input say ({path, type, object}). Prints "listening", and each request it gets.
 */
interface Change {
  readonly path: string;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: { kind?: string; metadata: { namespace?: string; name: string; resourceVersion?: string } };
}

const collections = new Map<string, Map<string, Change['object']>>();
const watchers = new Map<string, Set<ServerResponse>>();
const history: (Change & { readonly revision: number })[] = [];

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://localhost');
  process.stdout.write(`${request.method} ${url.pathname}${url.search}\n`);
  response.setHeader('content-type', 'application/json');
  if (url.searchParams.get('watch') === null) {
    const items = [...(collections.get(url.pathname)?.values() ?? [])];
    const metadata = { resourceVersion: String(history.length) };
    response.end(JSON.stringify({ kind: 'List', apiVersion: 'v1', metadata, items }));
    return;
  }
  const since = Number(url.searchParams.get('resourceVersion'));
  response.flushHeaders();
  for (const change of history) if (change.path === url.pathname && change.revision > since) send(response, change);
  const set = watchers.get(url.pathname) ?? new Set();
  watchers.set(url.pathname, set.add(response));
  response.on('close', () => set.delete(response));
});
server.listen(Number(process.argv[2]), '0.0.0.0', () => process.stdout.write('listening\n'));

for await (const line of createInterface({ input: process.stdin })) {
  const change = JSON.parse(line) as Change;
  const revision = history.length + 1;
  change.object.metadata.resourceVersion = String(revision);
  const { namespace, name } = change.object.metadata;
  const objects = collections.get(change.path) ?? new Map<string, Change['object']>();
  collections.set(change.path, objects);
  if (change.type === 'DELETED') objects.delete(`${namespace}/${name}`);
  else objects.set(`${namespace}/${name}`, change.object);
  history.push({ ...change, revision });
  for (const watcher of watchers.get(change.path) ?? []) send(watcher, change);
}
// Whoever gave the orders is gone.
process.exit();

function send(response: ServerResponse, { type, object }: Change): void {
  response.write(`${JSON.stringify({ type, object })}\n`);
}
