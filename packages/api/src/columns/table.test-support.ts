import { decode, type KubeObject } from '@wherry/apimachinery';
import { expect } from 'vitest';
import type { Resource } from '../resource.ts';

export const now = new Date('2024-05-01T12:00:00Z');
export const created = '2024-05-01T11:55:00Z';

/** The table as `kubectl get -o wide` lays it out. */
export function table(resource: Resource, objects: readonly object[]): string {
  const rows = objects.map((json) => {
    const { object, errors, strict } = decode<KubeObject>(resource.schema, json);
    expect([...errors, ...strict]).toEqual([]);
    return resource.columns.map((column) => String(column.cell(object, now)));
  });
  const lines = [resource.columns.map((column) => column.name.toUpperCase()), ...rows];
  const widths = resource.columns.map((_, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0)));
  return `${lines
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('   ')
        .trimEnd(),
    )
    .join('\n')}\n`;
}

export const named = (name: string, more: object = {}): object => ({
  metadata: { name, creationTimestamp: created, ...more },
});
