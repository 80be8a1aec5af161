import { badRequest, statusError, type ListMeta } from '@wherry/apimachinery';
import { StorageError } from '@wherry/store';
import { entryOf, type Entry } from '../cache/entry.ts';
import type { Answer, RequestContext } from '../http/context.ts';
import { integerOf } from '../http/query-values.ts';
import type { Registry } from '../registry/registry.ts';
import type { Served } from '../registry/served.ts';
import { selectReadView } from '../views/select-view.ts';
import { checkListOptions } from './check-options.ts';
import { decodeContinue, encodeContinue, type Continue } from './continue-token.ts';
import { reach, requestedRevision } from './resource-version.ts';
import { selectEntries, selectionOf, type Selection } from './selection.ts';

interface Page {
  entries: Entry[];
  revision: number;
  next?: string | undefined;
  remaining?: number | undefined;
}

export async function list(context: RequestContext, registry: Registry, served: Served): Promise<Answer> {
  const view = await selectReadView(context, served, 'list');
  const selection = selectionOf(context, served);
  const limit = Math.max(0, integerOf(context.query, 'limit') ?? 0);
  integerOf(context.query, 'timeoutSeconds');
  const token = context.query.get('continue') ?? '';
  const page = await readPage(context, registry, served, selection, limit, token);
  const meta: ListMeta = { resourceVersion: String(page.revision) };
  if (page.next !== undefined) {
    meta.continue = page.next;
    if (!selection.matches && selection.key === undefined && page.remaining !== undefined)
      meta.remainingItemCount = page.remaining;
  }
  const { body, length } = await view.list(page.entries, meta);
  return { status: 200, contentType: view.contentType, body, length };
}

async function readPage(
  context: RequestContext,
  registry: Registry,
  served: Served,
  selection: Selection,
  limit: number,
  token: string,
): Promise<Page> {
  const { hub } = registry;
  const { query } = context;
  const match = query.get('resourceVersionMatch') ?? '';
  const requested = requestedRevision(context);
  checkListOptions(query);
  if (token !== '' && requested !== undefined && requested !== 0)
    throw badRequest('specifying resource version is not allowed when using continue');
  if (token !== '') return continued(registry, served, selection, limit, decodeContinue(token));
  if (match === 'Exact') {
    await reach(hub, requested);
    // Nothing changed since: what there is now is what there was.
    if (served.cache.lastChange <= requested!) return cut(await selectEntries(served, selection), requested!, limit);
    return atRevision(registry, served, selection, limit, { revision: requested!, startKey: '' });
  }
  await reach(hub, requested);
  const { revision } = hub;
  return cut(await selectEntries(served, selection), revision, limit);
}

/** The next page of a list: from the cache if nothing changed since the first, else from the store's history. */
async function continued(
  registry: Registry,
  served: Served,
  selection: Selection,
  limit: number,
  token: Continue,
): Promise<Page> {
  const { hub } = registry;
  const { cache } = served;
  if (token.revision >= 0 && cache.lastChange > token.revision)
    return atRevision(registry, served, selection, limit, token);
  await hub.sync();
  if (token.revision >= 0 && cache.lastChange > token.revision)
    return atRevision(registry, served, selection, limit, token);
  const revision = token.revision < 0 ? hub.revision : token.revision;
  const entries = await selectEntries(served, selection);
  return cut(
    entries.filter((entry) => entry.key >= token.startKey),
    revision,
    limit,
  );
}

function cut(entries: Entry[], revision: number, limit: number): Page {
  if (limit === 0 || entries.length <= limit) return { entries, revision };
  const next = entries[limit]!;
  return {
    entries: entries.slice(0, limit),
    revision,
    next: encodeContinue({ revision, startKey: next.key }),
    remaining: entries.length - limit,
  };
}

const STORE_PAGE = 500;

async function atRevision(
  registry: Registry,
  served: Served,
  selection: Selection,
  limit: number,
  token: Continue,
): Promise<Page> {
  const { encoding } = served.cache;
  const prefix =
    selection.namespace === undefined ? encoding.keyPrefix : `${encoding.keyPrefix}${selection.namespace}/`;
  const entries: Entry[] = [];
  let startKey = token.startKey === '' ? undefined : encoding.keyPrefix + token.startKey;
  let total: number | undefined;
  for (;;) {
    const page = await registry.hub.storage
      .list(prefix, { revision: token.revision, limit: STORE_PAGE, ...(startKey === undefined ? {} : { startKey }) })
      .catch((error: unknown) => Promise.reject(expiredList(error, token)));
    total ??= page.count;
    for (const kv of page.items) {
      const key = kv.key.slice(encoding.keyPrefix.length);
      if (selection.key !== undefined && selection.key !== key) continue;
      const entry = entryOf(kv, encoding);
      if (selection.matches && !selection.matches(entry)) continue;
      if (limit > 0 && entries.length === limit) {
        const next = encodeContinue({ revision: token.revision, startKey: key });
        return { entries, revision: token.revision, next, remaining: total - entries.length };
      }
      entries.push(entry);
    }
    const last = page.items.at(-1);
    if (!page.more || last === undefined) return { entries, revision: token.revision };
    startKey = `${last.key}\0`;
  }
}

/** The history was compacted: the client may go on with a list that is not consistent, by the token we hand it. */
function expiredList(error: unknown, token: Continue): unknown {
  if (!(error instanceof StorageError) || error.code !== 'compacted') return error;
  if (token.startKey === '')
    return statusError(410, 'Expired', 'The resourceVersion for the provided list is too old.');
  const message =
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';
  const expiredError = statusError(410, 'Expired', message);
  expiredError.status.metadata = { continue: encodeContinue({ revision: -1, startKey: token.startKey }) };
  return expiredError;
}
