import { request } from 'node:https';
import { ComponentStatus } from '@wherry/api';
import { notFound } from '@wherry/apimachinery';
import { encodeForStorage, entryFromStorage, type Entry } from '../cache/entry.ts';
import { bytesAnswer, type Answer, type RequestContext } from '../http/context.ts';
import { groupResource } from '../registry/object-meta.ts';
import type { Registry } from '../registry/registry.ts';
import type { Served } from '../registry/served.ts';
import { selectView } from '../views/select-view.ts';
import { selectionOf } from './selection.ts';

/** The answer of a probe: what it said when it is well, or what is wrong. */
type Probe = (registry: Registry) => Promise<{ ok: boolean; message: string }>;

const TIMEOUT_MS = 1_000;
const probes: ReadonlyMap<string, Probe> = new Map<string, Probe>([
  ['controller-manager', () => probe('https://127.0.0.1:10257/healthz')],
  ['etcd-0', probeStore],
  ['scheduler', () => probe('https://127.0.0.1:10259/healthz')],
]);

const deprecated = 'v1 ComponentStatus is deprecated in v1.19+';

/** GET componentstatuses: asks the store and the daemons of this machine, as upstream's deprecated API does. */
export async function listComponents(context: RequestContext, registry: Registry, served: Served): Promise<Answer> {
  const view = selectView(context, served);
  const selection = selectionOf(context, served);
  context.warnings.push(deprecated);
  const all = await Promise.all([...probes.keys()].map((name) => observe(name, registry, served)));
  const named = all.filter(({ key }) => selection.key === undefined || selection.key === key);
  const entries = named.filter((entry) => selection.matches?.(entry) ?? true);
  const { body, length } = view.list(entries, { resourceVersion: String(registry.hub.revision) });
  return { status: 200, contentType: view.contentType, body, length };
}

export async function getComponent(context: RequestContext, registry: Registry, served: Served): Promise<Answer> {
  const view = selectView(context, served);
  const { name } = context.info;
  if (!probes.has(name)) throw notFound(groupResource(served), name);
  context.warnings.push(deprecated);
  return { ...bytesAnswer(200, view.one(await observe(name, registry, served))), contentType: view.contentType };
}

async function observe(name: string, registry: Registry, served: Served): Promise<Entry> {
  const { ok, message } = await probes.get(name)!(registry);
  const condition = ok ? { type: 'Healthy', status: 'True', message } : { type: 'Healthy', status: 'False', message };
  const { encoding } = served.cache;
  const object: ComponentStatus = { metadata: { name }, conditions: [condition] };
  return entryFromStorage(name, registry.hub.revision, encodeForStorage(encoding, object), encoding);
}

async function probeStore({ hub }: Registry): Promise<{ ok: boolean; message: string }> {
  try {
    await hub.sync();
    return { ok: true, message: 'ok' };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}

/** The certificates of these ports are the daemons' own: nothing secret is sent, and the answer is only shown. */
function probe(url: string): Promise<{ ok: boolean; message: string }> {
  return new Promise((resolve) => {
    const sent = request(url, { rejectUnauthorized: false, timeout: TIMEOUT_MS, agent: false }, (response) => {
      response.resume();
      const ok = response.statusCode === 200;
      resolve({ ok, message: ok ? 'ok' : `HTTP status ${response.statusCode}` });
    });
    sent.on('timeout', () => sent.destroy(new Error('timeout')));
    sent.on('error', (error) => resolve({ ok: false, message: `Get "${url}": ${error.message}` }));
    sent.end();
  });
}
