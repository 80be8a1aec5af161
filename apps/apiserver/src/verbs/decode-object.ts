import {
  badRequest,
  decode,
  decodeFailureMessage,
  isMap,
  strictFailureMessage,
  type JsonMap,
  type KubeObject,
  type ObjectSchema,
} from '@wherry/apimachinery';
import { apiVersionOf } from '@wherry/api';
import { applyDefaults } from '@wherry/api/defaults';
import type { RequestContext } from '../http/context.ts';
import { parseBody } from '../http/body.ts';
import type { Served } from '../registry/served.ts';

export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

export function fieldValidationOf(context: RequestContext): FieldValidation {
  const value = context.query.get('fieldValidation') ?? '';
  return value === 'Strict' || value === 'Ignore' ? value : 'Warn';
}

/** The request's object: parsed, checked against the schema, defaulted. It belongs to the caller. */
export async function decodeObject(context: RequestContext, served: Served): Promise<KubeObject> {
  const validation = fieldValidationOf(context);
  const { resource } = served;
  const { value, duplicates } = await parseBody(context, resource.schema, validation !== 'Ignore');
  const object = decodeAs(
    context,
    resource.schema,
    { kind: resource.kind, apiVersion: apiVersionOf(resource) },
    value,
    duplicates,
  );
  applyDefaults(resource, object);
  return object;
}

/** Checks a parsed body against a schema; fieldValidation says what becomes of unknown fields. */
export function decodeAs(
  context: RequestContext,
  schema: ObjectSchema,
  expected: { kind: string; apiVersion: string },
  value: unknown,
  duplicates: readonly string[] = [],
): KubeObject {
  if (!isMap(value))
    throw badRequest(
      `the object provided is unrecognized (must be of type ${expected.kind}): couldn't get version/kind; json parse error`,
    );
  checkKind(expected, value);
  const version = expected.apiVersion.slice(expected.apiVersion.indexOf('/') + 1);
  const { object, errors, strict } = decode(schema, value);
  if (errors.length > 0) throw badRequest(decodeFailureMessage(expected.kind, version, errors));
  report(context, expected.kind, version, [...duplicates, ...strict]);
  const decoded = object as unknown as KubeObject;
  decoded.kind = expected.kind;
  decoded.apiVersion = expected.apiVersion;
  keepReset(value, decoded);
  return decoded;
}

/** An empty list of managed fields is no absent one: it ends the tracking. */
function keepReset(value: JsonMap, object: KubeObject): void {
  const sent = isMap(value['metadata']) ? value['metadata']['managedFields'] : undefined;
  if (Array.isArray(sent) && sent.length === 0) object.metadata.managedFields = [];
}

function report(context: RequestContext, kind: string, version: string, findings: readonly string[]): void {
  if (findings.length === 0) return;
  const validation = fieldValidationOf(context);
  if (validation === 'Strict') throw badRequest(strictFailureMessage(kind, version, findings));
  if (validation === 'Warn') context.warnings.push(...findings);
}

function checkKind(expected: { kind: string; apiVersion: string }, value: JsonMap): void {
  const kind = textOf(value['kind']);
  const apiVersion = textOf(value['apiVersion']);
  if (apiVersion !== '' && apiVersion !== expected.apiVersion) {
    const message = `the API version in the data (${apiVersion}) does not match the expected API version (${expected.apiVersion})`;
    throw badRequest(message);
  }
  if (kind === '' || kind === expected.kind) return;
  const version = expected.apiVersion.slice(expected.apiVersion.indexOf('/') + 1);
  const why = `converting (${version}.${kind}) to (${expected.kind}): unknown conversion`;
  throw badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${expected.kind}: ${why}`);
}

function textOf(value: unknown): string {
  return value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);
}
