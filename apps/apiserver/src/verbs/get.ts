import { notFound } from '@wherry/apimachinery';
import type { Answer, RequestContext } from '../http/context.ts';
import { groupResource } from '../registry/object-meta.ts';
import type { Registry } from '../registry/registry.ts';
import { cacheKey, type Served } from '../registry/served.ts';
import { selectReadView } from '../views/select-view.ts';
import { reach, requestedRevision } from './resource-version.ts';

export async function get(context: RequestContext, registry: Registry, served: Served): Promise<Answer> {
  const view = await selectReadView(context, served, 'get');
  await reach(registry.hub, requestedRevision(context));
  const { name, namespace } = context.info;
  const entry = served.cache.get(cacheKey(served, namespace, name));
  if (entry === undefined) throw notFound(groupResource(served), name);
  return { status: 200, contentType: view.contentType, body: view.one(entry) };
}
