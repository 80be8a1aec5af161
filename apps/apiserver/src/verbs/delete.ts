import { badRequest, isMap, isNotFound, success } from '@wherry/apimachinery';
import { bytesAnswer, jsonAnswer, type Answer, type RequestContext } from '../http/context.ts';
import { parseBody } from '../http/body.ts';
import { deleteObject, type DeleteOptions, type Deleted } from '../registry/delete.ts';
import type { Registry } from '../registry/registry.ts';
import { cacheKey, type Served } from '../registry/served.ts';
import { selectView } from '../views/select-view.ts';
import { isDryRun } from './create.ts';
import { reach } from './resource-version.ts';
import { selectEntries, selectionOf } from './selection.ts';

const policies = ['Background', 'Foreground', 'Orphan'];

export async function remove(context: RequestContext, registry: Registry, served: Served): Promise<Answer> {
  const options = await deleteOptions(context);
  const { name, namespace } = context.info;
  const deleted = await deleteObject(registry, served, cacheKey(served, namespace, name), name, options, context.now);
  return answerOf(context, served, deleted);
}

function answerOf(context: RequestContext, served: Served, deleted: Deleted): Answer {
  const { resource } = served;
  if (!deleted.gone || served.strategy.returnsDeleted) {
    return bytesAnswer(200, selectView(context, served).one(deleted.entry));
  }
  const { metadata } = deleted.entry.object;
  const details = {
    name: metadata.name,
    ...(resource.group === '' ? {} : { group: resource.group }),
    kind: resource.plural,
    uid: metadata.uid,
  };
  return jsonAnswer(200, success(details));
}

/** Deletes what the selectors match, one after the other; what goes away meanwhile is fine. Answers with the list. */
export async function removeCollection(context: RequestContext, registry: Registry, served: Served): Promise<Answer> {
  const options = await deleteOptions(context);
  const selection = selectionOf(context, served);
  const view = selectView(context, served);
  await reach(registry.hub, undefined);
  const entries = await selectEntries(served, selection);
  for (const entry of entries) {
    try {
      await deleteObject(registry, served, entry.key, entry.object.metadata.name, options, context.now);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
  const { body, length } = view.list(entries, { resourceVersion: String(registry.hub.revision) });
  return { status: 200, contentType: view.contentType, body, length };
}

/** From the body, or from the query when there is none. Throws 400. */
export async function deleteOptions(context: RequestContext): Promise<DeleteOptions> {
  const { value } = await parseBody(context, false);
  const options: DeleteOptions = {};
  if (value !== undefined && value !== null) readBody(options, value);
  else readQuery(options, context.query);
  if (isDryRun(context)) options.dryRun = ['All'];
  if (options.propagationPolicy !== undefined && options.orphanDependents !== undefined) {
    throw badRequest(
      'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Invalid value: "": orphanDependents and deletionPropagation cannot be both set',
    );
  }
  if (options.propagationPolicy !== undefined && !policies.includes(options.propagationPolicy)) {
    throw badRequest(
      `DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: ${JSON.stringify(options.propagationPolicy)}: supported values: "Background", "Foreground", "Orphan", "nil"`,
    );
  }
  return options;
}

function readBody(options: DeleteOptions, value: unknown): void {
  if (!isMap(value)) throw badRequest('the object provided is unrecognized (must be of type DeleteOptions)');
  const { gracePeriodSeconds, propagationPolicy, orphanDependents, preconditions, dryRun } = value;
  if (gracePeriodSeconds !== undefined && gracePeriodSeconds !== null)
    options.gracePeriodSeconds = integer(gracePeriodSeconds, 'gracePeriodSeconds');
  if (typeof propagationPolicy === 'string') options.propagationPolicy = propagationPolicy;
  if (typeof orphanDependents === 'boolean') options.orphanDependents = orphanDependents;
  if (Array.isArray(dryRun) && dryRun.length > 0) options.dryRun = dryRun.map(String);
  if (!isMap(preconditions)) return;
  const { uid, resourceVersion } = preconditions;
  options.preconditions = {
    uid: typeof uid === 'string' ? uid : undefined,
    resourceVersion: typeof resourceVersion === 'string' ? resourceVersion : undefined,
  };
}

function readQuery(options: DeleteOptions, query: URLSearchParams): void {
  const grace = query.get('gracePeriodSeconds');
  if (grace !== null) options.gracePeriodSeconds = integer(Number(grace), 'gracePeriodSeconds');
  options.propagationPolicy = query.get('propagationPolicy') ?? undefined;
  const orphan = query.get('orphanDependents');
  if (orphan !== null) options.orphanDependents = orphan === 'true';
}

function integer(value: unknown, field: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw badRequest(`json: cannot unmarshal into Go struct field DeleteOptions.${field} of type int64`);
  }
  return value;
}
