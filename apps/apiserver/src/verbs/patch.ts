import {
  badRequest,
  clone,
  jsonPatch,
  mergePatch,
  statusError,
  strategicMergePatch,
  unsupportedMediaType,
  type KubeObject,
} from '@wherry/apimachinery';
import { apiVersionOf } from '@wherry/api';
import { applyDefaults } from '@wherry/api/defaults';
import { bytesAnswer, type Answer, type RequestContext } from '../http/context.ts';
import { mediaTypeOf, parseJson } from '../http/body.ts';
import type { Registry } from '../registry/registry.ts';
import { cacheKey, type Served } from '../registry/served.ts';
import { updateObject } from '../registry/update.ts';
import { selectView } from '../views/select-view.ts';
import { writeOptions } from './create.ts';
import { decodeAs } from './decode-object.ts';
import { checkIdentity } from './update.ts';

const patchTypes = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
];

export type ApplyPatch = (document: unknown) => unknown;

export async function patch(context: RequestContext, registry: Registry, served: Served): Promise<Answer> {
  const view = selectView(context, served);
  const apply = readPatch(context, served);
  const { name, namespace, subresource } = context.info;
  const { resource } = served;
  const expected = { kind: resource.kind, apiVersion: apiVersionOf(resource) };
  let warned = false;
  const produce = (old: KubeObject): KubeObject => {
    const patched = apply(clone(old));
    const before = context.warnings.length;
    const object = decodeAs(context, resource.schema, expected, patched);
    // A retry finds the same again.
    if (warned) context.warnings.length = before;
    warned = true;
    checkIdentity(served, object, name, namespace);
    applyDefaults(resource, object);
    return object;
  };
  const options = { ...writeOptions(context), subresource };
  const entry = await updateObject(registry, served, cacheKey(served, namespace, name), name, options, produce);
  return bytesAnswer(200, view.one(entry));
}

/** Comes before everything else that may be wrong with a patch, as upstream's does. Throws 415. */
export function checkPatchType(context: RequestContext): void {
  const type = mediaTypeOf(context);
  if (type === 'application/apply-patch+yaml') {
    throw statusError(
      415,
      'UnsupportedMediaType',
      'server-side apply is not served yet: use one of the media types ' + patchTypes.join(', '),
    );
  }
  if (!patchTypes.includes(type)) throw unsupportedMediaType(patchTypes);
}

/** The patch as a function on a document, which it may change. Throws 400. */
export function readPatch(context: RequestContext, served: Served): ApplyPatch {
  const type = mediaTypeOf(context);
  const { value } = parseJson(context.body ?? Buffer.alloc(0), false);
  if (type === 'application/json-patch+json') return (document) => jsonPatch(document, value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badRequest('error decoding patch: json: cannot unmarshal into Go value of type map[string]interface {}');
  }
  if (type === 'application/merge-patch+json') return (document) => mergePatch(document, value);
  return (document) => strategicMergePatch(served.resource.schema, document, value);
}
