import type { Column } from '../resource.ts';

type Cell<T> = Column<T>['cell'];

/** A column of every table. */
export function column<T>(
  name: string,
  description: string,
  cell: Cell<T>,
  type: Column<T>['type'] = 'string',
): Column<T> {
  return { name, type, description, priority: 0, cell };
}

/** A column of `-o wide` alone. */
export function wideColumn<T>(name: string, description: string, cell: Cell<T>): Column<T> {
  return { name, type: 'string', description, priority: 1, cell };
}
