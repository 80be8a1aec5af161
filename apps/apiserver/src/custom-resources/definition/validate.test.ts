import type { CustomResourceDefinition, JSONSchemaProps } from '@wherry/api';
import { formatFieldError } from '@wherry/apimachinery';
import { describe, expect, test } from 'vitest';
import { definitionRules } from '../definition-rules.ts';
import { validateDefinition, validateDefinitionUpdate } from './validate.ts';

function definition(schema: JSONSchemaProps, more: object = {}): CustomResourceDefinition {
  const made = {
    metadata: { name: 'foos.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'foos', kind: 'Foo' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
      ...more,
    },
  } as CustomResourceDefinition;
  definitionRules.applyDefaults(made);
  return made;
}

const judge = (of: CustomResourceDefinition) => validateDefinition(of).map(formatFieldError);
const field = (props: JSONSchemaProps): JSONSchemaProps => ({ type: 'object', properties: { f: props } });
const at = 'spec.validation.openAPIV3Schema';
const empty: JSONSchemaProps = { type: 'object' };

test('names are completed, and a definition with no more than a type is fine', () => {
  const made = definition(empty);
  expect(made.spec).toMatchObject({
    names: { singular: 'foo', listKind: 'FooList' },
    conversion: { strategy: 'None' },
  });
  expect(judge(made)).toEqual([]);
});

test.each<[string, object, string[]]>([
  [
    'a name that is not plural.group',
    { names: { plural: 'bars', kind: 'Foo' } },
    ['metadata.name: Invalid value: "foos.example.com": must be spec.names.plural+"."+spec.group'],
  ],
  [
    'an unknown scope',
    { scope: 'Galaxy' },
    ['spec.scope: Unsupported value: "Galaxy": supported values: "Cluster", "Namespaced"'],
  ],
  [
    'unknown fields kept everywhere',
    { preserveUnknownFields: true },
    [
      'spec.preserveUnknownFields: Invalid value: true: cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
    ],
  ],
  [
    'a kind that is its list',
    { names: { plural: 'foos', kind: 'Foo', listKind: 'Foo' } },
    ['spec.names.listKind: Invalid value: "Foo": kind and listKind may not be the same'],
  ],
  [
    'no schema',
    { versions: [{ name: 'v1', served: true, storage: true }] },
    ['spec.versions[0].schema.openAPIV3Schema: Required value: schemas are required'],
  ],
  [
    'a conversion nobody knows',
    { conversion: { strategy: 'Magic' } },
    ['spec.conversion.strategy: Unsupported value: "Magic": supported values: "None", "Webhook"'],
  ],
])('refuses %s', (_, more, expected) => {
  expect(judge(definition(empty, more))).toEqual(expected);
});

test('exactly one version is stored, and no two have one name', () => {
  const version = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: empty } };
  const texts = judge(definition(empty, { versions: [version, version] })).map((text) => text.slice(-60));
  expect(texts).toEqual([
    expect.stringContaining('must contain unique version names'),
    expect.stringContaining('must have exactly one version marked as storage version'),
  ]);
});

describe('a structural schema', () => {
  test.each<[string, JSONSchemaProps, string]>([
    ['has a type at the root', {}, `${at}.type: Required value: must not be empty at the root`],
    ['is an object', { type: 'string' }, `${at}.type: Invalid value: "string": must be object at the root`],
    [
      'gives every field a type',
      field({}),
      `${at}.properties[f].type: Required value: must not be empty for specified object fields`,
    ],
    [
      'gives elements a type',
      field({ type: 'array', items: {} }),
      `${at}.properties[f].items.type: Required value: must not be empty for specified array items`,
    ],
    [
      'says what a list holds',
      field({ type: 'array' }),
      `${at}.properties[f].items: Required value: must be specified`,
    ],
    [
      'has no additionalProperties at the root',
      { type: 'object', additionalProperties: { type: 'string' } },
      `${at}.additionalProperties: Forbidden: must not be used at the root`,
    ],
    [
      'keeps types out of junctors',
      { ...empty, anyOf: [{ type: 'object' }] },
      `${at}.anyOf[0].type: Forbidden: must be empty to be structural`,
    ],
    [
      'specifies what a junctor names',
      { ...empty, anyOf: [{ properties: { a: {} } }] },
      `${at}.properties[a]: Required value: because it is defined in ${at}.anyOf[0].properties[a]`,
    ],
    [
      'leaves metadata alone',
      { type: 'object', properties: { metadata: { type: 'object', properties: { labels: { type: 'object' } } } } },
      `${at}.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified`,
    ],
    [
      'has no references',
      field({ type: 'string', $ref: '#/a' }),
      `${at}.properties[f].$ref: Forbidden: $ref is not supported`,
    ],
    [
      'has no unique items',
      field({ type: 'array', items: { type: 'string' }, uniqueItems: true }),
      `${at}.properties[f].uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic`,
    ],
    [
      'has patterns that are some',
      field({ type: 'string', pattern: 'a(' }),
      `${at}.properties[f].pattern: Invalid value: "a(": must be a valid regular expression, but isn't: error parsing regexp: missing closing ): \`a(\``,
    ],
    [
      'has keys for a list map',
      field({ type: 'array', items: { type: 'object' }, 'x-kubernetes-list-type': 'map' }),
      `${at}.properties[f].x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map`,
    ],
    [
      'requires or defaults the keys',
      field({
        type: 'array',
        items: { type: 'object', properties: { k: { type: 'string' } } },
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
      }),
      `${at}.properties[f].items.properties[k].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property`,
    ],
    [
      'has no list type but of lists',
      field({ type: 'string', 'x-kubernetes-list-type': 'set' }),
      `${at}.properties[f].type: Invalid value: "string": must be array if x-kubernetes-list-type is specified`,
    ],
    [
      'has defaults that are valid',
      field({ type: 'string', default: 5 }),
      `${at}.properties[f].default: Invalid value: "integer":  in body must be of type string: "integer"`,
    ],
    [
      'has defaults without unknown fields',
      field({ type: 'object', default: { a: 1 } }),
      `${at}.properties[f].default: Invalid value: {"a":1}: must not have unknown fields`,
    ],
    [
      'has rules that can be read',
      field({ type: 'string', 'x-kubernetes-validations': [{ rule: 'self >' }] }),
      `${at}.properties[f].x-kubernetes-validations[0].rule: Invalid value: "self >": compilation failed: Unexpected token: EOF`,
    ],
  ])('%s', (_, schema, expected) => {
    expect(judge(definition(schema))).toContain(expected);
  });

  test('may say int-or-string by a junctor, and keep what it does not know', () => {
    const anyOf = [{ type: 'integer' }, { type: 'string' }];
    const schema: JSONSchemaProps = {
      type: 'object',
      properties: {
        port: { 'x-kubernetes-int-or-string': true, anyOf },
        free: { 'x-kubernetes-preserve-unknown-fields': true },
        template: {
          type: 'object',
          'x-kubernetes-embedded-resource': true,
          'x-kubernetes-preserve-unknown-fields': true,
        },
      },
    };
    expect(judge(definition(schema))).toEqual([]);
  });
});

test('paths of columns, scale and selectable fields are checked', () => {
  const version = {
    name: 'v1',
    served: true,
    storage: true,
    schema: { openAPIV3Schema: field({ type: 'object' }) },
    additionalPrinterColumns: [{ name: 'A', type: 'text', jsonPath: 'spec' }],
    subresources: { scale: { specReplicasPath: '.status.a', statusReplicasPath: '.status.b' } },
    selectableFields: [{ jsonPath: '.f' }, { jsonPath: '.metadata.name' }],
  };
  expect(judge(definition(empty, { versions: [version] }))).toEqual([
    'spec.subresources.scale.specReplicasPath: Invalid value: ".status.a": should be a json path under .spec',
    'spec.additionalPrinterColumns[0].type: Invalid value: "text": must be one of boolean,date,integer,number,string',
    'spec.additionalPrinterColumns[0].JSONPath: Invalid value: "spec": must be a simple json path starting with .',
    'spec.selectableFields[0].jsonPath: Invalid value: ".f": must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
    'spec.selectableFields[1].jsonPath: Invalid value: ".metadata.name": must not point to fields in metadata',
  ]);
});

test('what is stored under its names cannot have others', () => {
  const old = definition(empty);
  old.status = { conditions: [{ type: 'Established', status: 'True' }], storedVersions: ['v1'] };
  const next = definition(empty, { scope: 'Cluster', names: { plural: 'foos', kind: 'Bar' } });
  next.status = old.status;
  expect(validateDefinitionUpdate(next, old).map(formatFieldError)).toEqual([
    'spec.scope: Invalid value: "Cluster": field is immutable',
    'spec.names.kind: Invalid value: "Bar": field is immutable',
  ]);
});

test('a protected group needs the approval of its project', () => {
  const made = definition(empty, { group: 'x.k8s.io' });
  made.metadata.name = 'foos.x.k8s.io';
  expect(judge(made)).toEqual([
    'metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111',
  ]);
  made.metadata.annotations = { 'api-approved.kubernetes.io': 'unapproved, a test' };
  expect(judge(made)).toEqual([]);
});
