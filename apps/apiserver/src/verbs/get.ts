import { notFound } from '@wherry/apimachinery';
import { bytesAnswer, type Answer, type RequestContext } from '../http/context.ts';
import { groupResource } from '../registry/object-meta.ts';
import type { Registry } from '../registry/registry.ts';
import { cacheKey, type Served } from '../registry/served.ts';
import { selectView } from '../views/select-view.ts';
import { reach, requestedRevision } from './resource-version.ts';

export async function get(context: RequestContext, registry: Registry, served: Served): Promise<Answer> {
  const view = selectView(context, served);
  await reach(registry.hub, requestedRevision(context));
  const { name, namespace } = context.info;
  const entry = served.cache.get(cacheKey(served, namespace, name));
  if (entry === undefined) throw notFound(groupResource(served), name);
  const answer = bytesAnswer(200, view.one(entry));
  return 'stream' in answer ? answer : { ...answer, contentType: view.contentType };
}
