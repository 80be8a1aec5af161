import type { JSONSchemaProps } from '@wherry/api';
import { decode, formatFieldError, type FieldError, type KubeObject } from '@wherry/apimachinery';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileDefaults } from './defaulting.ts';
import { parsePath } from './json-path.ts';
import { rulesOf } from './rules.ts';
import { schemaOfKind } from './structural-schema.ts';
import { absent, compileValidator } from './validator.ts';

function judge(schema: JSONSchemaProps, value: unknown, old: unknown = absent): string[] {
  const errors: FieldError[] = [];
  compileValidator({ type: 'object', properties: { v: schema } })(
    { v: value },
    old === absent ? absent : { v: old, other: 1 },
    '',
    errors,
  );
  return errors.map(formatFieldError);
}

test.each<[JSONSchemaProps, unknown, string[]]>([
  [{ type: 'string' }, null, ['v: Invalid value: "null": v in body must be of type string: "null"']],
  [{ type: 'string', nullable: true }, null, []],
  [{ type: 'integer' }, 1.5, ['v: Invalid value: "number": v in body must be of type integer: "number"']],
  [{ type: 'number' }, 1, []],
  [
    { type: 'integer', minimum: 1, exclusiveMinimum: true },
    1,
    ['v: Invalid value: 1: v in body should be greater than 1'],
  ],
  [{ type: 'number', multipleOf: 0.1 }, 0.3, []],
  [{ type: 'integer', multipleOf: 5 }, 7, ['v: Invalid value: 7: v in body should be a multiple of 5']],
  [{ type: 'string', minLength: 3 }, 'ää', ['v: Invalid value: "ää": v in body should be at least 3 chars long']],
  [{ type: 'string', maxLength: 2 }, 'äää', ['v: Too long: may not be more than 2 bytes']],
  [{ type: 'array', items: { type: 'string' }, maxItems: 1 }, ['a', 'b'], ['v: Too many: 2: must have at most 1 item']],
  [
    { type: 'array', items: { type: 'string' }, minItems: 1 },
    [],
    ['v: Invalid value: []: v in body should have at least 1 items'],
  ],
  [
    { type: 'object', additionalProperties: { type: 'integer' } },
    { a: 'x' },
    ['v.a: Invalid value: "string": v.a in body must be of type integer: "string"'],
  ],
  [
    { type: 'string', format: 'date-time' },
    'soon',
    ['v: Invalid value: "soon": v in body must be of type date-time: "soon"'],
  ],
  [{ type: 'string', format: 'of-our-own' }, 'any', []],
  [{ 'x-kubernetes-int-or-string': true }, '50%', []],
  [
    { 'x-kubernetes-int-or-string': true },
    true,
    ['v: Invalid value: "boolean": v in body must be of type integer,string: "boolean"'],
  ],
  [
    { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
    ['a', 'a'],
    ['v[1]: Duplicate value: "a"'],
  ],
  [
    { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
    {},
    ['v.apiVersion: Required value: must not be empty', 'v.kind: Required value: must not be empty'],
  ],
  [{ type: 'string', enum: ['a', 'b'] }, 'c', ['v: Unsupported value: "c": supported values: "a", "b"']],
])('%j says of %j: %j', (schema, value, expected) => {
  expect(judge(schema, value)).toEqual(expected);
});

test('junctors say how many of their parts hold', () => {
  const part = (name: string): JSONSchemaProps => ({ required: [name] });
  const of = (junctor: object): JSONSchemaProps => ({
    type: 'object',
    properties: { a: { type: 'string' }, b: { type: 'string' } },
    ...junctor,
  });
  expect(judge(of({ oneOf: [part('a'), part('b')] }), { a: '', b: '' })).toEqual([
    '<nil>: Invalid value: "": "v" must validate one and only one schema (oneOf). Found 2 valid alternatives',
  ]);
  expect(judge(of({ oneOf: [part('a'), part('b')] }), {})[0]).toBe(
    '<nil>: Invalid value: "": "v" must validate one and only one schema (oneOf). Found none valid',
  );
  expect(judge(of({ anyOf: [part('a'), part('b')] }), {})).toEqual([
    '<nil>: Invalid value: "": "v" must validate at least one schema (anyOf)',
    'v.a: Required value',
  ]);
  expect(judge(of({ not: part('a') }), { a: '' })).toEqual([
    '<nil>: Invalid value: "": "v" must not validate the schema (not)',
  ]);
});

test('what was wrong before and has not changed is let through', () => {
  const item: JSONSchemaProps = {
    type: 'object',
    properties: { k: { type: 'string' }, n: { type: 'integer', maximum: 5 } },
  };
  const list: JSONSchemaProps = {
    type: 'array',
    items: item,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['k'],
  };
  const old = [{ k: 'a', n: 9 }];
  expect(
    judge(
      list,
      [
        { k: 'new', n: 1 },
        { k: 'a', n: 9 },
      ],
      old,
    ),
  ).toEqual([]);
  expect(
    judge(
      list,
      [
        { k: 'new', n: 9 },
        { k: 'a', n: 9 },
      ],
      old,
    ),
  ).toEqual(['v[0].n: Invalid value: 9: v[0].n in body should be less than or equal to 5']);
});

test('a pattern takes linear time', () => {
  const schema: JSONSchemaProps = { type: 'string', pattern: '^(a+)+$' };
  expect(judge(schema, `${'a'.repeat(5_000)}!`)).toHaveLength(1);
});

test('defaults fill what is absent, in what is there', () => {
  const fill = compileDefaults({
    type: 'object',
    properties: {
      a: { type: 'object', default: {}, properties: { b: { type: 'integer', default: 1 } } },
      c: { type: 'object', properties: { d: { type: 'string', default: 'd' } } },
      n: { type: 'string', nullable: true, default: 'n' },
      o: { type: 'string' },
    },
  });
  const value = { n: null, o: null };
  fill(value);
  expect(value).toEqual({ a: { b: 1 }, n: null });
});

test('defaulting twice is defaulting once, and shares nothing with the schema', () => {
  const fill = compileDefaults({
    type: 'object',
    properties: {
      a: {
        type: 'object',
        default: { l: [] },
        properties: {
          l: { type: 'array', items: { type: 'object', properties: { x: { type: 'integer', default: 3 } } } },
        },
      },
    },
  });
  fc.assert(
    fc.property(
      fc.record({
        a: fc.option(fc.record({ l: fc.array(fc.record({ x: fc.option(fc.integer()) })) }), { nil: undefined }),
      }),
      (value) => {
        const once = structuredClone(value);
        fill(once);
        const twice = structuredClone(once);
        fill(twice);
        expect(twice).toEqual(once);
      },
    ),
  );
  const [first, second] = [{}, {}] as { a?: { l: unknown[] } }[];
  fill(first);
  first!.a!.l.push(1);
  fill(second);
  expect(second).toEqual({ a: { l: [] } });
});

test.each<[string, unknown[]]>([
  ['.spec.a', [1]],
  ["['spec']['x.y']", [2]],
  ['.spec.x\\.y', [2]],
  ['.list[0].n', ['one']],
  ['.list[-1].n', ['two']],
  ['.list[*].n', ['one', 'two']],
  ['.list[?(@.n=="two")].v', [20]],
  ['.list[?(@.v>10)].n', ['two']],
  ['.none.at.all', []],
])('the path %s leads to %j', (path, expected) => {
  const root = {
    spec: { a: 1, 'x.y': 2 },
    list: [
      { n: 'one', v: 10 },
      { n: 'two', v: 20 },
    ],
  };
  expect(parsePath(path)(root)).toEqual(expected);
});

test.each(['.a[', '.a[x]', 'a.b', '.a[?(b)]'])('the path %s is none', (path) => {
  expect(() => parsePath(path)).toThrow();
});

const anySchema: fc.Arbitrary<JSONSchemaProps> = fc.letrec<{ schema: JSONSchemaProps }>((tie) => ({
  schema: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<JSONSchemaProps>(
      { type: 'string', pattern: '^a+$', default: 'aa' },
      { type: 'string', nullable: true, format: 'date-time' },
      { type: 'integer', maximum: 3, default: 1 },
      { type: 'boolean' },
      { 'x-kubernetes-int-or-string': true },
      { 'x-kubernetes-preserve-unknown-fields': true },
    ),
    fc.record({ type: fc.constant('array'), items: tie('schema') }),
    fc.record({ type: fc.constant('object'), additionalProperties: tie('schema') }),
    fc.record({
      type: fc.constant('object'),
      properties: fc.dictionary(fc.constantFrom('a', 'b', '__proto__', 'constructor'), tie('schema'), { maxKeys: 3 }),
    }),
  ),
})).schema;

test('any object is pruned, defaulted and judged without a fault, by any schema', () => {
  const keys = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor');
  const json = fc.object({
    key: keys,
    maxDepth: 4,
    values: [fc.string(), fc.integer(), fc.boolean(), fc.constant(null)],
  });
  fc.assert(
    fc.property(anySchema, json, (spec, value) => {
      const schema: JSONSchemaProps = { type: 'object', properties: { spec } };
      const kind = schemaOfKind('com.example.v1.Any', schema);
      const { object, errors } = decode<KubeObject>(kind as never, { metadata: { name: 'x' }, spec: value });
      expect(errors).toEqual([]);
      const rules = rulesOf(schema);
      rules.applyDefaults(object);
      const text = JSON.stringify(object);
      for (const error of [...rules.validateCreate(object), ...rules.validateUpdate(object, object)])
        expect(formatFieldError(error)).not.toContain('undefined');
      expect(JSON.stringify(object)).toBe(text);
      const again = decode<KubeObject>(kind as never, object);
      expect(again.strict).toEqual([]);
      expect(JSON.stringify(again.object)).toBe(text);
      expect(Object.getPrototypeOf({})).toBe(Object.prototype);
    }),
    { numRuns: 300 },
  );
});
