import { badRequest } from '@wherry/apimachinery';
import { bytesAnswer, type Answer, type RequestContext } from '../http/context.ts';
import { createObject } from '../registry/create.ts';
import { managerFromUserAgent } from '../registry/field-manager.ts';
import type { Registry, WriteOptions } from '../registry/registry.ts';
import type { Served } from '../registry/served.ts';
import { selectView } from '../views/select-view.ts';
import { decodeObject } from './decode-object.ts';

export async function create(context: RequestContext, registry: Registry, served: Served): Promise<Answer> {
  const view = selectView(context, served);
  const object = await decodeObject(context, served);
  const entry = await createObject(registry, served, object, namespaceOf(context, served), writeOptions(context));
  return bytesAnswer(201, view.one(entry));
}

export function writeOptions(context: RequestContext): WriteOptions {
  return {
    user: context.user,
    now: context.now,
    dryRun: isDryRun(context),
    manager: context.query.get('fieldManager') || managerFromUserAgent(context.headers['user-agent']),
    warn: (text) => context.warnings.push(text),
  };
}

/** What it says has been checked with the other options. */
export function isDryRun(context: RequestContext): boolean {
  return context.query.has('dryRun');
}

function namespaceOf(context: RequestContext, served: Served): string {
  if (served.resource.namespaced && context.info.namespace === '') {
    throw badRequest('an empty namespace may not be set during creation');
  }
  return context.info.namespace;
}
