import { createDecipheriv } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Provider } from './configuration.ts';
import { parseGroupResource } from './group-resources.ts';
import { Transformer, Transformers } from './transformer.ts';

const bytes = (fill: number, length = 32) => Buffer.alloc(length, fill);
const gcm = (...keys: [string, Buffer][]): Provider => ({
  type: 'aesgcm',
  keys: keys.map(([name, secret]) => ({ name, secret })),
});
const identity: Provider = { type: 'identity' };
const plain = Buffer.from('{"kind":"Secret"}');
const context = '/registry/secrets/default/a';

test('AES-GCM data is as upstream writes it: prefix, nonce, ciphertext, tag, with the storage key authenticated', () => {
  const stored = Buffer.from(new Transformer([gcm(['k1', bytes(1)])]).toStorage(plain, context));
  const prefix = 'k8s:enc:aesgcm:v1:k1:';
  expect(stored.subarray(0, prefix.length).toString()).toBe(prefix);
  const sealed = stored.subarray(prefix.length);
  expect(sealed.length).toBe(12 + plain.length + 16);
  const decipher = createDecipheriv('aes-256-gcm', bytes(1), sealed.subarray(0, 12));
  decipher.setAAD(Buffer.from(context)).setAuthTag(sealed.subarray(-16));
  expect(Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()])).toEqual(plain);
});

test.each([16, 24, 32])('a key of %i bytes works in both ciphers', (length) => {
  for (const type of ['aesgcm', 'aescbc'] as const) {
    const transformer = new Transformer([{ type, keys: [{ name: 'k', secret: bytes(7, length) }] }]);
    const stored = transformer.toStorage(plain, context);
    expect(Buffer.from(stored).includes('Secret')).toBe(false);
    expect(transformer.fromStorage(stored, context)).toEqual({ plain, stale: false });
    expect(transformer.toStorage(plain, context)).not.toEqual(stored);
  }
});

test('an altered, cut or copied value is refused, at every byte of it', () => {
  const transformer = new Transformer([gcm(['k1', bytes(1)])]);
  const stored = transformer.toStorage(plain, context);
  for (let at = 0; at < stored.length; at++) {
    const altered = Buffer.from(stored);
    altered[at]! ^= 1;
    expect(() => transformer.fromStorage(altered, context)).toThrow();
    expect(() => transformer.fromStorage(stored.subarray(0, at), context)).toThrow();
  }
  expect(() => transformer.fromStorage(stored, '/registry/secrets/default/b')).toThrow(
    'cipher: message authentication failed',
  );
});

test('the first key writes and all read; what another than the first wrote is stale', () => {
  const old = new Transformer([gcm(['k1', bytes(1)])]);
  const stored = old.toStorage(plain, context);
  const both = new Transformer([gcm(['k2', bytes(2)], ['k1', bytes(1)])]);
  expect(both.fromStorage(stored, context)).toEqual({ plain, stale: true });
  const separate = new Transformer([gcm(['k1', bytes(2)]), gcm(['k1', bytes(1)]), identity]);
  expect(separate.fromStorage(stored, context)).toEqual({ plain, stale: true });
  expect(separate.fromStorage(plain, context)).toEqual({ plain, stale: true });
  const leaving = new Transformer([identity, gcm(['k1', bytes(1)])]);
  expect(leaving.fromStorage(stored, context)).toEqual({ plain, stale: true });
  expect(leaving.fromStorage(plain, context)).toEqual({ plain, stale: false });
  expect(leaving.toStorage(plain, context)).toBe(plain);
});

test('what no key reads is refused in upstream’s words', () => {
  const stored = new Transformer([gcm(['k1', bytes(1)])]).toStorage(plain, context);
  const read =
    (...providers: Provider[]) =>
    () =>
      new Transformer(providers).fromStorage(stored, context);
  expect(read(identity)).toThrow('identity transformer tried to read encrypted data');
  expect(read(gcm(['k2', bytes(2)]), identity)).toThrow('no matching key was found for the provided AES transformer');
  expect(read(gcm(['k1', bytes(2)]), identity)).toThrow('cipher: message authentication failed');
  expect(read({ type: 'aescbc', keys: [{ name: 'k1', secret: bytes(1) }] })).toThrow('no matching prefix found');
  expect(() => new Transformer([gcm(['k1', bytes(1)])]).fromStorage(plain, context)).toThrow(
    'no matching prefix found',
  );
});

test('a resource has its own rule before that of its group, and that before the one of everything', () => {
  const rule = (name: string) => ({ resources: [parseGroupResource(name)], providers: [gcm([name, bytes(1)])] });
  const transformers = new Transformers(['secrets', 'deployments.apps', '*.', '*.apps', '*.*'].map(rule));
  const writer = (key: string): string | undefined =>
    Buffer.from(transformers.of(key)?.toStorage(plain, key) ?? Buffer.of())
      .toString('latin1')
      .match(/^k8s:enc:aesgcm:v1:([^:]+):/)?.[1];
  expect(writer('/registry/secrets/default/a')).toBe('secrets');
  expect(writer('/registry/configmaps/default/a')).toBe('*.');
  expect(writer('/registry/namespaces/default')).toBe('*.');
  expect(writer('/registry/deployments.apps/default/a')).toBe('deployments.apps');
  expect(writer('/registry/replicasets.apps/default/a')).toBe('*.apps');
  expect(writer('/registry/widgets.example.com/a')).toBe('*.*');
  expect(writer('/registry/ranges/servicenodeports/30000')).toBeUndefined();
  expect(writer('/registry/masterleases/127.0.0.1:6443')).toBeUndefined();
  expect(writer('compact_rev_key')).toBeUndefined();
});

test('what is not configured is plain, but encrypted data of it is not taken for the object', () => {
  const transformer = new Transformers([]).of(context);
  expect(transformer?.toStorage(plain, context)).toBe(plain);
  expect(transformer?.fromStorage(plain, context)).toEqual({ plain, stale: false });
  const stored = new Transformer([gcm(['k1', bytes(1)])]).toStorage(plain, context);
  expect(() => transformer?.fromStorage(stored, context)).toThrow('identity transformer tried to read encrypted data');
});
