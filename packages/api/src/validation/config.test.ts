import { describe, expect, test } from 'vitest';
import { configMaps, secrets } from '../resources.ts';
import { creating, metadata, updating } from './judge.test-support.ts';

describe('configuration', () => {
  test('keys have a syntax, and any word of JavaScript is one', () => {
    expect(creating(configMaps, { metadata, data: { 'a/b': '' } })[0]).toContain(
      'data[a/b]: Invalid value: "a/b": a valid config key',
    );
    expect(
      creating(
        configMaps,
        JSON.parse('{"metadata":{"name":"x","namespace":"default"},"data":{"__proto__":"a","constructor":"b"}}'),
      ),
    ).toEqual([]);
  });

  test('a key is text or binary, not both', () => {
    expect(creating(configMaps, { metadata, data: { a: '' }, binaryData: { a: '' } })).toEqual([
      'data[a]: Invalid value: "a": duplicate of key present in binaryData',
    ]);
  });

  test('a mebibyte is the most', () => {
    expect(creating(configMaps, { metadata, data: { a: 'x'.repeat(1_048_576) } })).toEqual([]);
    expect(creating(configMaps, { metadata, data: { a: 'x'.repeat(1_048_577) } })).toEqual([
      '[]: Too long: may not be more than 1048576 bytes',
    ]);
    expect(creating(secrets, { metadata, data: { a: btoa('x'.repeat(1_048_577)) } })).toEqual([
      'data: Too long: may not be more than 1048576 bytes',
    ]);
  });

  test('what is immutable stays', () => {
    const from = { metadata, immutable: true, data: { a: 'YQ==' } };
    for (const resource of [configMaps, secrets]) {
      expect(updating(resource, from, { ...from, data: { a: 'Yg==' } })).toEqual([
        'data: Forbidden: field is immutable when `immutable` is set',
      ]);
      expect(updating(resource, from, { metadata, data: from.data })).toEqual([
        'immutable: Forbidden: field is immutable when `immutable` is set',
      ]);
      expect(updating(resource, from, { ...from, metadata: { ...metadata, labels: { a: 'b' } } })).toEqual([]);
    }
  });

  test.each([
    ['kubernetes.io/tls', ['data[tls.crt]: Required value', 'data[tls.key]: Required value']],
    ['kubernetes.io/ssh-auth', ['data[ssh-privatekey]: Required value']],
    ['kubernetes.io/basic-auth', ['data[username]: Required value', 'data[password]: Required value']],
    ['kubernetes.io/dockerconfigjson', ['data[.dockerconfigjson]: Required value']],
    [
      'kubernetes.io/service-account-token',
      ['metadata.annotations[kubernetes.io/service-account.name]: Required value'],
    ],
    ['Opaque', []],
  ])('a secret of type %s has its keys', (type, errors) => {
    expect(creating(secrets, { metadata, type })).toEqual(errors);
  });

  test('the type of a secret never changes, and its contents stay out of messages', () => {
    expect(updating(secrets, { metadata, type: 'a/b' }, { metadata, type: 'a/c' })).toEqual([
      'type: Invalid value: "a/c": field is immutable',
    ]);
    const data = { '.dockerconfigjson': btoa('hunter2') };
    const errors = creating(secrets, { metadata, type: 'kubernetes.io/dockerconfigjson', data });
    expect(errors[0]).toContain('<secret contents redacted>');
    expect(errors.join()).not.toContain('hunter2');
  });
});
