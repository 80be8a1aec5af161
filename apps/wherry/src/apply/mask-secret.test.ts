import { expect, test } from 'vitest';
import { maskSecret } from './mask-secret.ts';

const secret = (data: Record<string, string>) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data });

test('a secret shows that a value differs, and never the value', () => {
  const [before, after] = maskSecret(secret({ same: 'x', other: 'a', gone: 'g' }), secret({ same: 'x', other: 'b' }));
  expect(before?.['data']).toEqual({ same: '***', other: '*** (before)', gone: '***' });
  expect(after?.['data']).toEqual({ same: '***', other: '*** (after)' });
});

test('other kinds are left as they are', () => {
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: {}, data: { a: 'b' } };
  expect(maskSecret(map, undefined)).toEqual([map, undefined]);
});
