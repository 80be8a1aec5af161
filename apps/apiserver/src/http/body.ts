import {
  badRequest,
  checkDepth,
  findDuplicateFields,
  unsupportedMediaType,
  type ObjectSchema,
} from '@wherry/apimachinery';
import type { RequestContext } from './context.ts';
import { jsonSyntaxError } from './json-error.ts';

const protobuf = 'application/vnd.kubernetes.protobuf';
export const acceptedBodies = ['application/json', 'application/yaml', protobuf];
const yamlTypes = new Set(['application/yaml', 'application/x-yaml', 'text/yaml']);

export interface ParsedBody {
  value: unknown;
  /** Fields that stood twice: strict findings of the syntax. */
  duplicates: string[];
}

/** The media type without parameters; JSON when none was given, as upstream. */
export function mediaTypeOf(context: RequestContext): string {
  const header = context.headers['content-type'] ?? '';
  const type = header.split(';', 1)[0]!.trim().toLowerCase();
  return type === '' ? 'application/json' : type;
}

/** Throws 415 for other media types, 400 for malformed text. An empty body is undefined. */
export async function parseBody(
  context: RequestContext,
  schema: ObjectSchema,
  findDuplicates = false,
): Promise<ParsedBody> {
  const type = mediaTypeOf(context);
  const body = context.body;
  if (body === undefined || body.length === 0) return { value: undefined, duplicates: [] };
  if (type === 'application/json') return parseJson(body, findDuplicates, kindOf(schema));
  if (yamlTypes.has(type)) {
    const { readYaml } = await import('./read-yaml.ts');
    return readYaml(body.toString());
  }
  // Custom resources have no protobuf.
  const builtIn = schema.id.startsWith('io.k8s.');
  if (type === protobuf && builtIn) return { value: await parseProtobuf(body, schema), duplicates: [] };
  throw unsupportedMediaType(builtIn ? acceptedBodies : acceptedBodies.filter((accepted) => accepted !== protobuf));
}

/** What Go clients send for built-in kinds; the decoder is loaded when the first one comes. */
async function parseProtobuf(body: Buffer, schema: ObjectSchema): Promise<unknown> {
  const { readEnvelope, decodeMessage } = await import('../protobuf/decode.ts');
  try {
    const { apiVersion, kind, raw } = readEnvelope(body);
    const object = decodeMessage(schema, raw);
    return { ...object, ...(kind === '' ? {} : { kind }), ...(apiVersion === '' ? {} : { apiVersion }) };
  } catch (error) {
    throw badRequest(`the object provided is unrecognized (must be of type protobuf): ${(error as Error).message}`);
  }
}

/** `kind` is that of the object which should be there. Throws 400. */
export function parseJson(body: Buffer, findDuplicates: boolean, kind = 'JSON'): ParsedBody {
  const text = body.toString();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const why = `couldn't get version/kind; json parse error: ${jsonSyntaxError(text)}`;
    throw badRequest(`the object provided is unrecognized (must be of type ${kind}): ${why} (${summary(body)})`);
  }
  checkDepth(value);
  return { value, duplicates: findDuplicates ? findDuplicateFields(text) : [] };
}

const SUMMARY_BYTES = 30;

/** What was sent, as upstream shows it: as text when it looks like JSON, else in hexadecimal. */
function summary(body: Buffer): string {
  if (body.length === 0) return '<empty>';
  const shown = body.subarray(0, SUMMARY_BYTES);
  const text = body[0] === 0x7b ? shown.toString() : shown.toString('hex');
  return body.length > SUMMARY_BYTES ? `${text} ...` : text;
}

function kindOf(schema: ObjectSchema): string {
  return schema.id === '' ? 'object' : schema.id.slice(schema.id.lastIndexOf('.') + 1);
}
