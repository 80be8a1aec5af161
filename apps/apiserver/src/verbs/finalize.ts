import type { Namespace } from '@wherry/api';
import { clone } from '@wherry/apimachinery';
import { bytesAnswer, type Answer, type RequestContext } from '../http/context.ts';
import type { Registry } from '../registry/registry.ts';
import { cacheKey, type Served } from '../registry/served.ts';
import { updateObject } from '../registry/update.ts';
import { selectView } from '../views/select-view.ts';
import { writeOptions } from './create.ts';
import { decodeObject } from './decode-object.ts';
import { checkIdentity } from './update.ts';

/** PUT namespaces/NAME/finalize: changes spec.finalizers alone; with the last one the namespace goes. */
export async function finalize(context: RequestContext, registry: Registry, served: Served): Promise<Answer> {
  const { name } = context.info;
  const sent = (await decodeObject(context, served)) as Namespace;
  checkIdentity(served, sent, name, '');
  const options = { ...writeOptions(context), subresource: 'finalize', raw: true };
  const entry = await updateObject(registry, served, cacheKey(served, '', name), name, options, (old) => {
    const namespace = clone(old) as Namespace;
    namespace.spec = { ...namespace.spec, finalizers: sent.spec?.finalizers ?? [] };
    namespace.metadata.resourceVersion = sent.metadata.resourceVersion;
    return namespace;
  });
  return bytesAnswer(200, selectView(context, served).one(entry));
}
