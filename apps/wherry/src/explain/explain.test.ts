import { describe, expect, test } from 'vitest';
import type { OpenApiDocument, OpenApiSchema } from './openapi.ts';
import { findKind } from './openapi.ts';
import { renderExplanation, wrap } from './render.ts';

const ref = (name: string, description?: string): OpenApiSchema => ({
  allOf: [{ $ref: `#/components/schemas/${name}` }],
  ...(description ? { description } : {}),
});
const document: OpenApiDocument = {
  components: {
    schemas: {
      'x.v1.Thing': {
        type: 'object',
        description: 'Thing is a thing.',
        required: ['spec'],
        properties: { spec: ref('x.v1.ThingSpec', 'What is wanted.'), made: ref('x.Time') },
        'x-kubernetes-group-version-kind': [{ group: 'x', version: 'v1', kind: 'Thing' }],
      },
      'x.v1.ThingSpec': {
        type: 'object',
        description: 'ThingSpec says what is wanted.',
        properties: {
          mode: { type: 'string', description: 'How.', enum: ['A', 'B'] },
          parts: { type: 'array', items: ref('x.v1.ThingSpec') },
          labels: { type: 'object', additionalProperties: { type: 'string' } },
          size: ref('x.Quantity'),
        },
      },
      'x.Time': { type: 'string', format: 'date-time' } as OpenApiSchema,
      'x.Quantity': {},
    },
  },
};
const root = findKind(document, 'x', 'v1', 'Thing') as OpenApiSchema;
const show = (path: string[], recursive = false): string =>
  renderExplanation({ document, group: 'x', version: 'v1', kind: 'Thing', root, path }, recursive);

describe('explain', () => {
  test('shows a kind with its fields', () => {
    expect(show([])).toBe(
      'GROUP:      x\nKIND:       Thing\nVERSION:    v1\n\nDESCRIPTION:\n    Thing is a thing.\n    \nFIELDS:\n' +
        '  made\t<string>\n    <no description>\n\n  spec\t<ThingSpec> -required-\n    What is wanted.\n\n\n',
    );
  });
  test('shows a field, with what its type says, and the values it may have', () => {
    expect(show(['spec'])).toContain(
      'FIELD: spec <ThingSpec>\n\n\nDESCRIPTION:\n    What is wanted.\n    ThingSpec says what is wanted.\n    \n',
    );
    expect(show(['spec'])).toContain('  mode\t<string>\n  enum: A, B\n    How.\n');
    expect(show(['spec', 'mode'])).toContain('FIELD: mode <string>\nENUM:\n    A\n    B\n\nDESCRIPTION:\n    How.\n');
  });
  test('lists all fields below, and enters a type within itself only once', () => {
    const parts =
      '    labels\t<map[string]string>\n    mode\t<string>\n    enum: A, B\n    parts\t<[]ThingSpec>\n    size\t<Quantity>\n';
    expect(show([], true)).toContain(`FIELDS:\n  made\t<string>\n  spec\t<ThingSpec> -required-\n${parts}`);
  });
  test('names a field that is not there', () => {
    expect(() => show(['spec', 'nope'])).toThrow('field "nope" does not exist');
  });
});

test('lines are broken at spaces, and a long word is kept whole', () => {
  const word = 'x'.repeat(90);
  expect(wrap(`${'ab '.repeat(30).trim()} ${word} end\nnext`)).toBe(
    `${'ab '.repeat(25).trim()}\n${'ab '.repeat(5).trim()}\n${word}\nend\nnext`,
  );
});
