import { badRequest, decode, decodeFailureMessage, isMap, isNotFound, success } from '@wherry/apimachinery';
import { bytesAnswer, jsonAnswer, type Answer, type RequestContext } from '../http/context.ts';
import { booleanOf, integerOf } from '../http/query-values.ts';
import { parseBody } from '../http/body.ts';
import { deleteObject, type Deleted } from '../registry/delete.ts';
import { DeleteOptions } from '../registry/delete-options.ts';
import type { Registry } from '../registry/registry.ts';
import { cacheKey, type Served } from '../registry/served.ts';
import { selectReadView, selectView } from '../views/select-view.ts';
import type { View } from '../views/view.ts';
import { checkDeleteOptions } from './check-options.ts';
import { isDryRun } from './create.ts';
import { reach } from './resource-version.ts';
import { selectEntries, selectionOf } from './selection.ts';

export async function remove(context: RequestContext, registry: Registry, served: Served): Promise<Answer> {
  const view = selectView(context, served);
  const options = await deleteOptions(context);
  const { name, namespace } = context.info;
  const deleted = await deleteObject(registry, served, cacheKey(served, namespace, name), name, options, context);
  return answerOf(view, served, deleted);
}

function answerOf(view: View, served: Served, deleted: Deleted): Answer {
  const { resource } = served;
  if (!deleted.gone || served.strategy.returnsDeleted) {
    return bytesAnswer(200, view.one(deleted.entry));
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
  const view = await selectReadView(context, served, 'list');
  await reach(registry.hub, undefined);
  const entries = await selectEntries(served, selection);
  for (const entry of entries) {
    try {
      await deleteObject(registry, served, entry.key, entry.object.metadata.name, options, context);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
  const { body, length } = await view.list(entries, { resourceVersion: String(registry.hub.revision) });
  return { status: 200, contentType: view.contentType, body, length };
}

/** From the body, or from the query when there is none. Throws 400. */
export async function deleteOptions(context: RequestContext): Promise<DeleteOptions> {
  const { value } = await parseBody(context, DeleteOptions);
  const options = value === undefined || value === null ? fromQuery(context.query) : fromBody(value);
  if (isDryRun(context)) options.dryRun = context.query.getAll('dryRun');
  checkDeleteOptions(options);
  return options;
}

function fromBody(value: unknown): DeleteOptions {
  if (!isMap(value)) throw badRequest('the object provided is unrecognized (must be of type DeleteOptions)');
  const { object, errors } = decode(DeleteOptions, value);
  if (errors.length > 0) throw badRequest(decodeFailureMessage('DeleteOptions', 'v1', errors));
  return object;
}

function fromQuery(query: URLSearchParams): DeleteOptions {
  return {
    gracePeriodSeconds: integerOf(query, 'gracePeriodSeconds'),
    propagationPolicy: query.get('propagationPolicy') ?? undefined,
    orphanDependents: booleanOf(query, 'orphanDependents'),
  };
}
