import type { Secret } from '@wherry/api';
import { expect, test } from 'vitest';
import { credentialsFor, registryOf } from './credentials.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const secretOf = (auths: object): Secret => ({
  metadata: { name: 's', namespace: 'default' },
  type: 'kubernetes.io/dockerconfigjson',
  data: { '.dockerconfigjson': base64(JSON.stringify({ auths })) },
});

test.each([
  ['web', 'docker.io'],
  ['library/web:1', 'docker.io'],
  ['docker.io/library/web', 'docker.io'],
  ['localhost/web', 'localhost'],
  ['registry.example.com:5000/a/b@sha256:0', 'registry.example.com:5000'],
])('the registry of %s is %s', (image, registry) => {
  expect(registryOf(image)).toBe(registry);
});

test('credentials go to their own registry only', () => {
  const secret = secretOf({
    'https://index.docker.io/v1/': { username: 'a', password: 'b' },
    'registry.example.com': { auth: base64('c:d:e') },
  });
  expect(credentialsFor('web:1', [secret])).toEqual([
    { username: 'a', password: 'b', serveraddress: 'https://index.docker.io/v1/' },
  ]);
  expect(credentialsFor('registry.example.com/x', [secret])).toEqual([
    { username: 'c', password: 'd:e', serveraddress: 'registry.example.com' },
  ]);
  expect(credentialsFor('registry.example.com.evil.net/x', [secret])).toEqual([]);
});

test('secrets that make no sense are passed over', () => {
  const broken: Secret = { metadata: { name: 's', namespace: 'default' }, data: { '.dockerconfigjson': base64('{') } };
  expect(credentialsFor('web', [broken, { ...broken, data: {} }])).toEqual([]);
});
