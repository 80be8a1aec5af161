import { success } from '@wherry/apimachinery';
import { parseBody } from '../http/body.ts';
import { jsonAnswer, type Answer, type RequestContext } from '../http/context.ts';
import { deleteObject } from '../registry/delete.ts';
import { Eviction, type DeleteOptions } from '../registry/delete-options.ts';
import type { Registry } from '../registry/registry.ts';
import { cacheKey, type Served } from '../registry/served.ts';
import { isDryRun } from './create.ts';
import { decodeAs } from './decode-object.ts';

/** POST pods/NAME/eviction (policy/v1): a deletion that disruption budgets may refuse; there are none to ask yet. */
export async function evict(context: RequestContext, registry: Registry, served: Served): Promise<Answer> {
  const { value } = await parseBody(context, Eviction);
  const sent = decodeAs(context, Eviction, { kind: 'Eviction', apiVersion: 'policy/v1' }, value) as Eviction;
  const options: DeleteOptions = { ...sent.deleteOptions, ...(isDryRun(context) ? { dryRun: ['All'] } : {}) };
  const { name, namespace } = context.info;
  await deleteObject(registry, served, cacheKey(served, namespace, name), name, options, context);
  return jsonAnswer(201, { ...success(), code: 201 });
}
