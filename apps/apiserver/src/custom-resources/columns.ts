import { ageSince, type Column } from '@wherry/api';
import type { CustomResourceColumnDefinition } from '@wherry/api';
import type { KubeObject } from '@wherry/apimachinery';
import { parsePath } from './json-path.ts';

const name: Column<KubeObject> = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'The name, unique among the objects of this kind in its namespace.',
  priority: 0,
  cell: (object) => object.metadata.name,
};

const age: CustomResourceColumnDefinition = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  description: 'The time since the object was created.',
};

/** Name, then what the version defines, or its age. */
export function columnsOf(definitions: readonly CustomResourceColumnDefinition[] | undefined): Column<KubeObject>[] {
  const wanted = definitions === undefined || definitions.length === 0 ? [age] : definitions;
  return [name, ...wanted.map(columnOf)];
}

function columnOf(definition: CustomResourceColumnDefinition): Column<KubeObject> {
  const path = parsePath(definition.jsonPath);
  const { type } = definition;
  return {
    name: definition.name,
    type: type as Column<KubeObject>['type'],
    format: definition.format,
    description:
      definition.description ?? `Custom resource definition column (in JSONPath format): ${definition.jsonPath}`,
    priority: definition.priority ?? 0,
    cell(object, now) {
      const found = path(object);
      return found.length === 0 ? null : cellOf(type, found[0], now);
    },
  };
}

function cellOf(type: string, value: unknown, now: Date): string | number | boolean | null {
  if (value === null || value === undefined) return null;
  switch (type) {
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      if (typeof value !== 'string') return null;
      return Number.isNaN(Date.parse(value)) ? '<invalid>' : ageSince(value, now);
    default:
      return typeof value === 'string' ? value : JSON.stringify(value);
  }
}
