import {
  badRequest,
  clone,
  conflict,
  isAlreadyExists,
  isMap,
  isNotFound,
  StatusError,
  type JsonMap,
  type KubeObject,
} from '@wherry/apimachinery';
import { apiVersionOf, Scale } from '@wherry/api';
import { applyDefaults } from '@wherry/api/defaults';
import type { Entry } from '../cache/entry.ts';
import { authorizeAlso } from '../authorization/authorize-also.ts';
import { parseJson } from '../http/body.ts';
import { bytesAnswer, type Answer, type RequestContext } from '../http/context.ts';
import { booleanOf } from '../http/query-values.ts';
import { applyObject, checkTyped, groupVersionKind, type AppliedObject, type ApplyOptions } from '../registry/apply.ts';
import { createObject } from '../registry/create.ts';
import { setManagers } from '../registry/managed-fields.ts';
import { groupResource } from '../registry/object-meta.ts';
import type { Registry } from '../registry/registry.ts';
import { cacheKey, type Served } from '../registry/served.ts';
import { updateObject } from '../registry/update.ts';
import { selectView } from '../views/select-view.ts';
import { writeOptions } from './create.ts';
import { decodeAs, fieldValidationOf } from './decode-object.ts';
import { checkIdentity } from './update.ts';

export const APPLY = 'application/apply-patch+yaml';
const ATTEMPTS = 3;

/** PATCH with an apply configuration (KEP-555): makes what is not there, and changes what is. */
export async function applyPatch(context: RequestContext, registry: Registry, served: Served): Promise<Answer> {
  const view = selectView(context, served);
  const config = await readConfiguration(context);
  const { name, namespace, subresource } = context.info;
  const options = applyOptions(context);
  const produce = (live: KubeObject | undefined): KubeObject => {
    const object = decodeApplied(context, served, applyObject(registry, served, live, config, options));
    if (live === undefined) checkNew(served, object, name);
    checkIdentity(served, object, name, namespace);
    return object;
  };
  const update = () =>
    updateObject(registry, served, cacheKey(served, namespace, name), name, { ...options, applied: true }, produce);
  // A subresource is of something that is there.
  if (subresource !== '') return bytesAnswer(200, view.one(await update()));
  for (let attempt = 1; ; attempt++) {
    try {
      return bytesAnswer(200, view.one(await update()));
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    try {
      return bytesAnswer(201, view.one(await create(context, registry, served, produce(undefined), options)));
    } catch (error) {
      // Somebody else made it meanwhile.
      if (!isAlreadyExists(error) || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Who may patch may not therefore create. Throws 403. */
function create(
  context: RequestContext,
  registry: Registry,
  served: Served,
  object: KubeObject,
  options: ApplyOptions,
): Promise<Entry> {
  authorizeAlso('create', context.user, context.info, registry.authorizer);
  const { managedFields } = object.metadata;
  return createObject(registry, served, object, context.info.namespace, { ...options, managedFields });
}

function checkNew(served: Served, object: KubeObject, name: string): void {
  const { uid } = object.metadata;
  if (uid !== undefined && uid !== '') {
    const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
    throw conflict(groupResource(served), name, why);
  }
  if ((object.metadata.name ?? '') === '')
    throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  delete object.metadata.resourceVersion;
}

function applyOptions(context: RequestContext): ApplyOptions {
  const { subresource } = context.info;
  return { ...writeOptions(context), subresource, force: booleanOf(context.query, 'force') ?? false };
}

function decodeApplied(context: RequestContext, served: Served, { object, managers }: AppliedObject): KubeObject {
  const { resource } = served;
  const expected = { kind: resource.kind, apiVersion: apiVersionOf(resource) };
  const warnings = context.warnings.length;
  const decoded = decodeAs(context, resource.schema, expected, clone(object));
  // What is stored was warned of by whoever stored it; the configuration itself has been checked.
  context.warnings.length = warnings;
  setManagers(decoded, managers);
  applyDefaults(resource, decoded);
  return decoded;
}

/** YAML, of which JSON is a part. Throws 400. */
async function readConfiguration(context: RequestContext): Promise<JsonMap> {
  const body = context.body ?? Buffer.alloc(0);
  const { value, duplicates } = await parseYaml(body);
  if (value !== null && value !== undefined && !isMap(value))
    throw badRequest(
      'error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal into Go value of type map[string]interface {}',
    );
  const validation = fieldValidationOf(context);
  if (duplicates.length > 0 && validation !== 'Ignore') {
    const why = `error converting YAML to JSON: yaml: unmarshal errors:\n${duplicates.map((line) => `  ${line}`).join('\n')}`;
    if (validation === 'Strict') throw badRequest(`error strict decoding YAML: ${why}`);
    context.warnings.push(why.replaceAll('\n', ' '));
  }
  return value ?? {};
}

async function parseYaml(body: Buffer): Promise<{ value: unknown; duplicates: readonly string[] }> {
  // What clients send is JSON nearly always, and that is read much faster.
  if (/^\s*\{/.test(body.subarray(0, 64).toString('latin1'))) {
    try {
      const { value, duplicates } = parseJson(body, true);
      return { value, duplicates: duplicates.map(asYaml) };
    } catch (error) {
      if (!(error instanceof StatusError) || !error.message.startsWith('the object provided is unrecognized'))
        throw error;
    }
  }
  const { readYaml } = await import('../http/read-yaml.ts');
  try {
    return await readYaml(body.toString());
  } catch (error) {
    if (error instanceof StatusError) throw badRequest(`error decoding YAML: ${error.message}`);
    throw error;
  }
}

/** `duplicate field "spec.a"` in the words of the YAML reader. */
function asYaml(duplicate: string): string {
  const path = /"(.*)"/.exec(duplicate)?.[1] ?? duplicate;
  return `key ${JSON.stringify(path.slice(path.lastIndexOf('.') + 1))} already set in map`;
}

/**
 * An apply configuration of autoscaling/v1 Scale: its replicas are those of the object, which lie at `path` there.
 * @returns the object as it is then
 */
export async function applyScale(
  context: RequestContext,
  registry: Registry,
  served: Served,
  path: readonly string[],
): Promise<Entry> {
  const scale = await readConfiguration(context);
  const scaleVersion = 'autoscaling/v1';
  const [apiVersion, kind] = [scale['apiVersion'] ?? '', scale['kind'] ?? ''].map(String) as [string, string];
  if (apiVersion !== scaleVersion || kind !== 'Scale')
    throw badRequest(`invalid object type: ${groupVersionKind(apiVersion, kind)}`);
  checkTyped(Scale, scale, groupVersionKind(apiVersion, kind));
  const { metadata, spec } = scale as { metadata?: JsonMap; spec?: JsonMap };
  if ((metadata?.['managedFields'] ?? null) !== null) throw badRequest('metadata.managedFields must be nil');
  const { resource } = served;
  const config: JsonMap = { apiVersion: apiVersionOf(resource), kind: resource.kind, metadata: metadata ?? {} };
  const replicas = spec?.['replicas'];
  if (replicas !== undefined && replicas !== null) {
    const inner = path.reduceRight<unknown>((value, name) => ({ [name]: value }), replicas);
    Object.assign(config, inner);
  }
  const { name, namespace } = context.info;
  const options = applyOptions(context);
  const key = cacheKey(served, namespace, name);
  return updateObject(registry, served, key, name, { ...options, applied: true }, (live) => {
    const object = decodeApplied(context, served, applyObject(registry, served, live, config, options));
    checkIdentity(served, object, name, namespace);
    return object;
  });
}
