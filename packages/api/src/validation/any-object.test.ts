import { clone, decode, deepEqual, formatFieldErrors, type KubeObject, type Schema } from '@wherry/apimachinery';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyDefaults } from '../defaults/index.ts';
import { resources } from '../resources.ts';
import { validateCreate, validateStatusUpdate, validateUpdate } from './index.ts';

const words = ['', 'a', 'A', '-', 'a/b', '../x', '10.0.0.1', '::1', 'None', 'TCP', 'x'.repeat(300), 'toString', 'ä'];
const amounts = ['0', '1', '-1', '500m', '1Gi', '1e30', '0.1n'];
const numbers = [0, 1, -1, 80, 65536, 2 ** 31 - 1, -(2 ** 31)];

/** Objects that fit the schema and are mostly nonsense. */
function fitting(schema: Schema, depth: number): fc.Arbitrary<unknown> {
  switch (schema.type) {
    case 'string':
      if (schema.format === 'byte') return fc.constantFrom('', 'YQ==', 'e30=');
      if (schema.format !== undefined) return fc.constant('2024-01-01T00:00:00Z');
      return fc.constantFrom(...words);
    case 'integer':
    case 'number':
      return fc.constantFrom(...numbers);
    case 'boolean':
      return fc.boolean();
    case 'quantity':
      return fc.constantFrom(...amounts);
    case 'int-or-string':
      return fc.constantFrom<number | string>(...numbers, ...words, '25%');
    case 'any':
      return fc.constant({});
    case 'list':
      return fc.array(fitting(schema.items, depth - 1), { maxLength: 2 });
    case 'map':
      return fc.dictionary(fc.constantFrom(...words, '__proto__', 'cpu'), fitting(schema.values, depth - 1), {
        maxKeys: 2,
      });
    case 'object': {
      if (depth <= 0) return fc.constant({});
      const fields = Object.entries(schema.fields);
      return fc.subarray(fields, { maxLength: Math.min(8, fields.length) }).chain((chosen) =>
        fc.record(Object.fromEntries(chosen.map(([name, field]) => [name, fitting(field.schema, depth - 1)])), {
          noNullPrototype: true,
        }),
      );
    }
  }
}

test.each(resources.map((resource) => [`${resource.group}/${resource.kind}`, resource] as const))(
  'any %s is defaulted, judged and printed without a fault, and judging changes nothing',
  (_, resource) => {
    fc.assert(
      fc.property(fitting(resource.schema, 7), fitting(resource.schema, 7), (first, second) => {
        const [object, old] = [first, second].map((json) => {
          const decoded = decode<KubeObject>(resource.schema, clone(json));
          expect(decoded.errors).toEqual([]);
          applyDefaults(resource, decoded.object);
          return decoded.object;
        }) as [KubeObject, KubeObject];
        const before = clone(object);
        const errors = [
          ...validateCreate(resource, object),
          ...validateUpdate(resource, object, old),
          ...validateStatusUpdate(resource, object, old),
        ];
        expect(formatFieldErrors(errors)).not.toContain('undefined');
        expect(deepEqual(object, before)).toBe(true);
        applyDefaults(resource, object);
        expect(object).toEqual(before);
        // What is stored has a name.
        object.metadata.name ||= 'x';
        for (const column of resource.columns)
          expect(String(column.cell(object, new Date(0)))).not.toContain('undefined');
      }),
      { numRuns: 60 },
    );
  },
);
