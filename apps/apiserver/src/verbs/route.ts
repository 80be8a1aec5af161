import { badRequest, getOwn, methodNotAllowed, noSuchPath } from '@wherry/apimachinery';
import type { Answer, RequestContext } from '../http/context.ts';
import { findServed, type Registry } from '../registry/registry.ts';
import type { Served } from '../registry/served.ts';
import { checkWriteOptions } from './check-options.ts';
import { APPLY } from './apply.ts';
import { create } from './create.ts';
import { remove, removeCollection } from './delete.ts';
import { get } from './get.ts';
import { list } from './list.ts';
import { checkPatchType, patch } from './patch.ts';
import type { SubresourceTable } from './subresources.ts';
import { update } from './update.ts';
import { watch } from './watch.ts';

/** From a request for a resource to the verb that answers it. Throws 404 and 405. */
export function route(context: RequestContext, registry: Registry, subresources: SubresourceTable): Promise<Answer> {
  const { info } = context;
  const served = findServed(registry, info.group, info.version, info.resource);
  if (served === undefined) throw noSuchPath();
  const { resource } = served;
  if (resource.deprecation !== undefined) context.warnings.push(resource.deprecation);
  // A namespaced kind without a namespace can only be listed and watched; a cluster-scoped one has none.
  if (!served.resource.namespaced && info.namespace !== '' && info.resource !== 'namespaces') throw noSuchPath();
  if (served.resource.namespaced && info.namespace === '' && hasName(context)) throw noSuchPath();
  if (resource.stored === false) return routeTransient(context, registry, served, subresources);
  checkName(info.name);
  // What a proxy is asked is the backend's affair: its methods, its query, its bodies.
  if (info.subresource === 'proxy') return routeSubresource(context, registry, served, subresources);
  // A HEAD is authorised as a GET, but nothing answers it.
  if (context.method === 'HEAD') throw methodNotAllowed();
  const isApply = info.verb === 'patch' && info.name !== '' && checkPatchType(context, served) === APPLY;
  const options = optionsKinds[info.verb];
  if (options !== undefined) checkWriteOptions(options, context.query, isApply);
  if (info.subresource !== '') return routeSubresource(context, registry, served, subresources);
  // All namespaces at once are there to be read.
  const ofAll = served.resource.namespaced && info.namespace === '';
  switch (info.verb) {
    case 'get':
      return get(context, registry, served);
    case 'list':
      return list(context, registry, served);
    case 'watch':
      return watch(context, registry, served);
    case 'create':
      if (info.name === '' && !ofAll) return create(context, registry, served);
      break;
    case 'update':
      if (info.name !== '') return update(context, registry, served);
      break;
    case 'patch':
      if (info.name !== '') return patch(context, registry, served);
      break;
    case 'delete':
      return remove(context, registry, served);
    case 'deletecollection':
      if (!served.resource.noCollectionDelete && !ofAll) return removeCollection(context, registry, served);
      break;
  }
  throw methodNotAllowed();
}

const optionsKinds: Readonly<Record<string, 'CreateOptions' | 'UpdateOptions' | 'PatchOptions'>> = {
  create: 'CreateOptions',
  update: 'UpdateOptions',
  patch: 'PatchOptions',
};

/** What may stand in the path of an object in the store. Throws 400. */
function checkName(name: string): void {
  const why =
    name === '.' || name === '..'
      ? `may not be '${name}'`
      : name.includes('/')
        ? "may not contain '/'"
        : name.includes('%')
          ? "may not contain '%'"
          : undefined;
  if (why !== undefined) throw badRequest(`Name parameter invalid: ${JSON.stringify(name)}: ${why}`);
}

/** Collections restricted to a name by a field selector carry that name for authorisation. */
function hasName(context: RequestContext): boolean {
  return context.info.name !== '' && context.info.verb !== 'list' && context.info.verb !== 'watch';
}

/** What is answered on the spot: reviews, bindings by the collection. */
function routeTransient(
  context: RequestContext,
  registry: Registry,
  served: Served,
  table: SubresourceTable,
): Promise<Answer> {
  const { info } = context;
  const handler = table.get(`${info.group}/${info.resource}`)?.[info.verb];
  if (handler === undefined || info.subresource !== '') throw methodNotAllowed();
  return handler(context, registry, served);
}

function routeSubresource(
  context: RequestContext,
  registry: Registry,
  served: Served,
  table: SubresourceTable,
): Promise<Answer> {
  const { info } = context;
  if (info.subresource === 'status' && served.resource.subresources.includes('status')) {
    if (info.verb === 'get') return get(context, registry, served);
    if (info.verb === 'update') return update(context, registry, served);
    if (info.verb === 'patch') return patch(context, registry, served);
    throw methodNotAllowed();
  }
  const handlers = served.resource.custom
    ? getOwn(served.subresources, info.subresource)
    : table.get(`${served.resource.plural}/${info.subresource}`);
  if (handlers === undefined) throw noSuchPath();
  const handler = handlers[info.verb];
  if (handler === undefined) throw methodNotAllowed();
  return handler(context, registry, served);
}
