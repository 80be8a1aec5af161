import { badRequest, clone, isNotFound, type KubeObject } from '@wherry/apimachinery';
import { authorizeAlso } from '../authorization/authorize-also.ts';
import { bytesAnswer, type Answer, type RequestContext } from '../http/context.ts';
import { createObject } from '../registry/create.ts';
import type { Registry } from '../registry/registry.ts';
import { cacheKey, type Served } from '../registry/served.ts';
import { updateObject } from '../registry/update.ts';
import { selectView } from '../views/select-view.ts';
import { writeOptions } from './create.ts';
import { decodeObject } from './decode-object.ts';

/** PUT of an object or of its status. */
export async function update(context: RequestContext, registry: Registry, served: Served): Promise<Answer> {
  const view = selectView(context, served);
  const { name, namespace, subresource } = context.info;
  const sent = await decodeObject(context, served);
  checkIdentity(served, sent, name, namespace);
  const options = { ...writeOptions(context), subresource, whole: true };
  const key = cacheKey(served, namespace, name);
  try {
    const entry = await updateObject(registry, served, key, name, options, () => clone(sent));
    return bytesAnswer(200, view.one(entry));
  } catch (error) {
    if (!served.strategy.createsOnUpdate || subresource !== '' || !isNotFound(error)) throw error;
    authorizeAlso('create', context.user, context.info, registry.authorizer);
    delete sent.metadata.resourceVersion;
    return bytesAnswer(201, view.one(await createObject(registry, served, sent, namespace, options)));
  }
}

/** The body must be about what the URL names. Throws 400. */
export function checkIdentity(served: Served, object: KubeObject, name: string, namespace: string): void {
  const meta = object.metadata;
  if ((meta.name ?? '') === '') meta.name = name;
  if (meta.name !== name) {
    throw badRequest(`the name of the object (${meta.name}) does not match the name on the URL (${name})`);
  }
  if (!served.resource.namespaced) {
    delete meta.namespace;
    return;
  }
  if ((meta.namespace ?? '') === '') meta.namespace = namespace;
  if (meta.namespace !== namespace) {
    throw badRequest(
      `the namespace of the object (${meta.namespace}) does not match the namespace on the request (${namespace})`,
    );
  }
}
