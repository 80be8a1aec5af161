import { expect, test } from 'vitest';
import { defaultFilter, makeFilter } from './filter.ts';

const request = { method: 'GET', path: '/api/v1/pods', host: '127.0.0.1:8001' };

test('requests to this machine pass, those that a page of another site sends do not', () => {
  const filter = makeFilter(defaultFilter);
  for (const host of ['127.0.0.1:8001', 'localhost', 'localhost:80', '[::1]:8001'])
    expect(filter({ ...request, host })).toBe(true);
  for (const host of ['evil.com', '127.0.0.1.evil.com:8001', 'xlocalhost', ''])
    expect(filter({ ...request, host })).toBe(false);
});

test('commands in containers are kept back unless they are asked for', () => {
  const exec = { ...request, path: '/api/v1/namespaces/default/pods/web/exec' };
  expect(makeFilter(defaultFilter)(exec)).toBe(false);
  expect(makeFilter({ ...defaultFilter, 'reject-paths': '^$' })(exec)).toBe(true);
});

test('methods and paths are chosen by patterns, several of them between commas', () => {
  const filter = makeFilter({ ...defaultFilter, 'reject-methods': 'POST,PUT', 'accept-paths': '^/api/,^/version$' });
  expect(filter(request)).toBe(true);
  expect(filter({ ...request, method: 'PUT' })).toBe(false);
  expect(filter({ ...request, path: '/apis/apps/v1' })).toBe(false);
  expect(() => makeFilter({ ...defaultFilter, 'accept-hosts': '(' })).toThrow('--accept-hosts');
});
