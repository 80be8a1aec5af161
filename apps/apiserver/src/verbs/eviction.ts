import { badRequest, isMap, success } from '@wherry/apimachinery';
import { parseBody } from '../http/body.ts';
import { jsonAnswer, type Answer, type RequestContext } from '../http/context.ts';
import { deleteObject, type DeleteOptions } from '../registry/delete.ts';
import type { Registry } from '../registry/registry.ts';
import { cacheKey, type Served } from '../registry/served.ts';
import { isDryRun } from './create.ts';

/** POST pods/NAME/eviction (policy/v1): a deletion that disruption budgets may refuse; there are none to ask yet. */
export async function evict(context: RequestContext, registry: Registry, served: Served): Promise<Answer> {
  const { value } = await parseBody(context, false);
  if (!isMap(value)) throw badRequest('the object provided is unrecognized (must be of type Eviction)');
  const sent = isMap(value['deleteOptions']) ? (value['deleteOptions'] as DeleteOptions) : {};
  const options: DeleteOptions = { ...sent, ...(isDryRun(context) ? { dryRun: ['All'] } : {}) };
  const { name, namespace } = context.info;
  await deleteObject(registry, served, cacheKey(served, namespace, name), name, options, context.now);
  return jsonAnswer(201, { ...success(), code: 201 });
}
