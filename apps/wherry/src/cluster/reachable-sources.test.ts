import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { importedBy, reachableFrom } from './reachable-sources.ts';

test('what a source imports is found, at once and later, of our own and without types', () => {
  const source = `
    import { readFile } from 'node:fs/promises';
import { pino } from 'pino';
import {
  one,
  two,
} from './one.ts';
import type { Three } from './three.ts';
export { four, type Five } from '@wherry/api';
export type { Six } from './six.ts';
import './seven.ts';
async function later() {
  const { parse } = await import('yaml');
  return import('./deep/eight.ts');
}
`;
  expect(importedBy(source)).toEqual(['./one.ts', '@wherry/api', './seven.ts', './deep/eight.ts']);
});

test('what a daemon imports only when it needs it is reached too', () => {
  const main = fileURLToPath(new URL('../../../apiserver/src/main.ts', import.meta.url));
  const found = [...reachableFrom(main)].map((path) => path.replace(/^.*\/(apps|packages)\//, '$1/'));
  expect(found).toContain('apps/apiserver/src/views/protobuf-view.ts');
  expect(found).toContain('packages/daemon/src/metrics.ts');
  expect(found).not.toContain('apps/apiserver/src/main.ts');
  expect(found.filter((path) => path.includes('.test.'))).toEqual([]);
});
