import { reference, type Json, type RefStyle } from './reference.ts';

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';

export function listMetaSchema(style: RefStyle): Json {
  const value = reference(`${meta}.ListMeta`, style);
  const description = 'Facts about the list.';
  return style === 'v2' ? { ...value, description } : { description, default: {}, allOf: [value] };
}

/** The definitions that are no object of ours, and what requests and answers of every resource use. */
export function sharedSchemas(style: RefStyle): Record<string, Json> {
  const text = (description: string): Json => ({ type: 'string', description });
  const integer = (format: string, description: string): Json => ({ type: 'integer', format, description });
  return {
    'io.k8s.apimachinery.pkg.api.resource.Quantity': {
      description: 'An exact amount, such as 100m, 0.5, 128Mi or 1e3.',
      ...(style === 'v3' ? { oneOf: [{ type: 'string' }, { type: 'number' }] } : { type: 'string' }),
    },
    'io.k8s.apimachinery.pkg.util.intstr.IntOrString': {
      description: 'A number, or a text such as a name or a percentage.',
      ...(style === 'v3' ? { oneOf: [{ type: 'integer' }, { type: 'string' }] } : { type: 'string' }),
      format: 'int-or-string',
    },
    [`${meta}.Time`]: { type: 'string', format: 'date-time', description: 'A time (RFC 3339), in seconds.' },
    [`${meta}.MicroTime`]: { type: 'string', format: 'date-time', description: 'A time (RFC 3339), in microseconds.' },
    [`${meta}.FieldsV1`]: { type: 'object', description: 'A set of fields, as a tree of their names.' },
    'io.k8s.apimachinery.pkg.runtime.RawExtension': { type: 'object', description: 'Any object, kept as it is.' },
    [`${meta}.Patch`]: { type: 'object', description: 'A patch of the kind that the content type names.' },
    [`${meta}.ListMeta`]: {
      description: 'Facts about a list.',
      type: 'object',
      properties: {
        continue: text('Where the next page starts; set when the list goes on.'),
        remainingItemCount: integer('int64', 'How many objects follow this page, when known.'),
        resourceVersion: text('The version of the world that the list shows.'),
        selfLink: text('No longer set.'),
      },
    },
    [`${meta}.Preconditions`]: {
      description: 'What must hold for the deletion to happen.',
      type: 'object',
      properties: { resourceVersion: text('The expected resourceVersion.'), uid: text('The expected uid.') },
    },
    [`${meta}.DeleteOptions`]: deleteOptions(style, text, integer),
    [`${meta}.Status`]: status(style, text, integer),
    [`${meta}.StatusDetails`]: {
      description: 'What an error is about.',
      type: 'object',
      properties: {
        causes: {
          type: 'array',
          items:
            style === 'v2'
              ? reference(`${meta}.StatusCause`, style)
              : { default: {}, allOf: [reference(`${meta}.StatusCause`, style)] },
          description: 'The single findings.',
          'x-kubernetes-list-type': 'atomic',
        },
        group: text('The API group of the object.'),
        kind: text('The kind of the object.'),
        name: text('The name of the object.'),
        retryAfterSeconds: integer('int32', 'How long to wait before trying again.'),
        uid: text('The uid of the object.'),
      },
    },
    [`${meta}.StatusCause`]: {
      description: 'One finding.',
      type: 'object',
      properties: {
        field: text('The path of the field.'),
        message: text('The finding in words.'),
        reason: text('The finding in one word for machines.'),
      },
    },
  };
}

type Text = (description: string) => Json;
type Integer = (format: string, description: string) => Json;

function deleteOptions(style: RefStyle, text: Text, integer: Integer): Json {
  const preconditions = reference(`${meta}.Preconditions`, style);
  return {
    description: 'How to delete.',
    type: 'object',
    properties: {
      apiVersion: text('The group and version of this representation.'),
      dryRun: {
        type: 'array',
        items: { type: 'string' },
        description: 'All: try, and change nothing.',
        'x-kubernetes-list-type': 'atomic',
      },
      gracePeriodSeconds: integer('int64', 'How long the object may take to end; 0 is at once.'),
      ignoreStoreReadErrorWithClusterBreakingPotential: { type: 'boolean', description: 'Not supported.' },
      kind: text('The kind of this representation.'),
      orphanDependents: { type: 'boolean', description: 'Use propagationPolicy instead.' },
      preconditions: style === 'v2' ? preconditions : { allOf: [preconditions], description: 'What must hold.' },
      propagationPolicy: text('What happens to dependents: Orphan, Background or Foreground.'),
    },
  };
}

function status(style: RefStyle, text: Text, integer: Integer): Json {
  const details = reference(`${meta}.StatusDetails`, style);
  return {
    description: 'The outcome of a call that returns no object.',
    type: 'object',
    properties: {
      apiVersion: text('The group and version of this representation.'),
      code: integer('int32', 'The HTTP status code.'),
      details: style === 'v2' ? details : { allOf: [details], description: 'What it is about.' },
      kind: text('The kind of this representation.'),
      message: text('The outcome in words.'),
      metadata: listMetaSchema(style),
      reason: text('The outcome in one word for machines.'),
      status: text('Success or Failure.'),
    },
    'x-kubernetes-group-version-kind': [{ group: '', kind: 'Status', version: 'v1' }],
  };
}
