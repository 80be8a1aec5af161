import {
  badRequest,
  clone,
  fieldInvalid,
  invalid,
  isBadRequest,
  isMap,
  jsonPatch,
  mergePatch,
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
import { APPLY, applyPatch } from './apply.ts';
import { writeOptions } from './create.ts';
import { decodeAs, fieldValidationOf } from './decode-object.ts';
import { checkIdentity } from './update.ts';

const JSON_PATCH = 'application/json-patch+json';
const MERGE_PATCH = 'application/merge-patch+json';
const STRATEGIC_PATCH = 'application/strategic-merge-patch+json';
const patchTypes = [JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH, APPLY];
/** Nobody has said by which keys the lists of these would merge. */
const customPatchTypes = [JSON_PATCH, MERGE_PATCH, APPLY];

export interface Patch {
  /** On a document, which it may change. Throws 400, 413 and 422. */
  apply(document: unknown): unknown;
  /** Fields that stood twice in the patch itself, as strict findings. */
  readonly duplicates: readonly string[];
  /** The patch as upstream shows it when its result is no object; absent: it shows the result. */
  readonly shown?: string | undefined;
}

export async function patch(context: RequestContext, registry: Registry, served: Served): Promise<Answer> {
  if (mediaTypeOf(context) === APPLY) return applyPatch(context, registry, served);
  const view = selectView(context, served);
  const given = parsePatch(context, served);
  const { name, namespace, subresource } = context.info;
  const { resource } = served;
  let warned = false;
  const produce = (old: KubeObject): KubeObject => {
    const patched = given.apply(clone(old));
    const before = context.warnings.length;
    const object = decodePatched(context, served, given, patched);
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

/** What is wrong with the result is said of the patch, as upstream does. Throws 422. */
function decodePatched(context: RequestContext, served: Served, given: Patch, patched: unknown): KubeObject {
  const { resource } = served;
  const expected = { kind: resource.kind, apiVersion: apiVersionOf(resource) };
  try {
    return decodeAs(context, resource.schema, expected, patched, given.duplicates);
  } catch (error) {
    if (!isBadRequest(error)) throw error;
    const why = (error as Error).message.replace(/^.{1,200}? cannot be handled as a \w+: /, '');
    throw invalid({ group: '', kind: '' }, '', [fieldInvalid('patch', given.shown ?? JSON.stringify(patched), why)]);
  }
}

/** Comes before everything else that may be wrong with a patch, as upstream's does. Throws 415. */
export function checkPatchType(context: RequestContext, served: Served): string {
  const type = mediaTypeOf(context);
  const accepted = served.resource.custom && context.info.subresource !== 'scale' ? customPatchTypes : patchTypes;
  if (!accepted.includes(type)) throw unsupportedMediaType(accepted);
  return type;
}

/** The patch as a function on a document, which it may change. Throws 400. */
export function readPatch(context: RequestContext, served: Served): Patch['apply'] {
  return parsePatch(context, served).apply;
}

function parsePatch(context: RequestContext, served: Served): Patch {
  const type = mediaTypeOf(context);
  const strict = fieldValidationOf(context) !== 'Ignore';
  const { value, duplicates } = parseJson(context.body ?? Buffer.alloc(0), strict);
  if (type === JSON_PATCH) {
    const findings = strict ? [...duplicates, ...unknownInOperations(value)] : [];
    return {
      apply: (document) => jsonPatch(document, value),
      duplicates: findings.map((text) => `json patch ${text}`),
    };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badRequest('error decoding patch: json: cannot unmarshal into Go value of type map[string]interface {}');
  }
  if (type === MERGE_PATCH) return { apply: (document) => mergePatch(document, value), duplicates };
  const { schema } = served.resource;
  return { apply: (document) => strategicMergePatch(schema, document, value), duplicates, shown: goMap(value) };
}

const operationFields = new Set(['op', 'path', 'from', 'value']);
const MAX_FINDINGS = 100;

function unknownInOperations(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  const findings: string[] = [];
  for (const [index, operation] of (value as unknown[]).entries()) {
    if (!isMap(operation)) continue;
    for (const key of Object.keys(operation)) {
      if (!operationFields.has(key)) findings.push(`unknown field "[${index}].${key}"`);
      if (findings.length >= MAX_FINDINGS) return findings;
    }
  }
  return findings;
}

/** As Go prints a map. */
function goMap(value: unknown): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goMap).join(' ')}]`;
  if (!isMap(value)) return String(value as string | number | boolean);
  const keys = Object.keys(value).sort();
  return `map[${keys.map((key) => `${key}:${goMap(value[key])}`).join(' ')}]`;
}
