import { isMap } from '@wherry/apimachinery';
import type { JSONSchemaProps } from '../apiextensions/json-schema-props.ts';
import type { Resource } from '../resource.ts';
import { reference, type Json, type RefStyle } from './reference.ts';

const metadataId = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

/** The published definition of a custom resource: what its version says, and what every object has. */
export function customDefinition(resource: Resource, style: RefStyle): Json {
  const props = resource.definition ?? {};
  const known = (style === 'v2' ? forV2(props) : (props as Json)) ?? {};
  const metadata = reference(metadataId, style);
  return {
    ...known,
    type: 'object',
    properties: {
      ...(known['properties'] as Json | undefined),
      apiVersion: { type: 'string', description: 'The group and version of this representation.' },
      kind: { type: 'string', description: 'The kind of this representation.' },
      metadata: {
        description: 'Name, labels and what else every object has.',
        ...(style === 'v2' ? metadata : { allOf: [metadata] }),
      },
    },
  };
}

/** Keywords that v2 has; what else there is, kubectl would misread. */
const keptInV2 = [
  'description',
  'type',
  'format',
  'title',
  'maximum',
  'exclusiveMaximum',
  'minimum',
  'exclusiveMinimum',
  'maxLength',
  'minLength',
  'pattern',
  'maxItems',
  'minItems',
  'multipleOf',
  'maxProperties',
  'minProperties',
  'enum',
  'required',
] as const;

/** Clients check objects by this document, so it must be no stricter than the server: nulls, and what is kept unseen. */
function forV2(props: JSONSchemaProps): Json {
  const extensions = Object.entries(props).filter(([key]) => key.startsWith('x-kubernetes-'));
  const preserves = props['x-kubernetes-preserve-unknown-fields'] === true;
  const free = preserves || props.nullable === true || props['x-kubernetes-int-or-string'] === true;
  const schema: Json = Object.fromEntries(extensions);
  for (const key of keptInV2) {
    if (props[key] !== undefined && !(free && key !== 'description')) schema[key] = props[key];
  }
  if (free) return schema;
  if (props.items !== undefined && !Array.isArray(props.items)) schema['items'] = forV2(props.items);
  if (typeof props.additionalProperties === 'object')
    schema['additionalProperties'] = forV2(props.additionalProperties);
  if (isMap(props.properties)) {
    schema['properties'] = Object.fromEntries(
      Object.entries(props.properties).map(([name, inner]) => [name, forV2(inner)]),
    );
  }
  return schema;
}
