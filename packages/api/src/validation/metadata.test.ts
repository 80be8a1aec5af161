import { describe, expect, test } from 'vitest';
import { configMaps, namespaces } from '../resources.ts';
import { creating, label, metadata, updating } from './judge.test-support.ts';

describe('metadata', () => {
  const config = (meta: object): object => ({ metadata: { ...metadata, ...meta } });
  test.each([
    ['a name is required', { name: undefined }, 'metadata.name: Required value: name or generateName is required'],
    [
      'a name must be a subdomain',
      { name: 'A' },
      'metadata.name: Invalid value: "A": a lowercase RFC 1123 subdomain must consist of',
    ],
    ['a name has a bound', { name: 'x'.repeat(254) }, 'must be no more than 253'],
    ['a name cannot climb paths', { name: '../etc' }, 'metadata.name: Invalid value: "../etc"'],
    ['a namespace must be a label', { namespace: 'a/b' }, `metadata.namespace: Invalid value: "a/b": ${label}`],
    ['a namespace is required', { namespace: undefined }, 'metadata.namespace: Required value'],
    ['a prefix is checked as a name', { generateName: '-a-' }, 'metadata.generateName: Invalid value: "-a-"'],
    [
      'a label key has a syntax',
      { labels: { '-a': 'b' } },
      'metadata.labels: Invalid value: "-a": name part must consist of',
    ],
    [
      'a label value has a syntax',
      { labels: { a: 'b c' } },
      'metadata.labels: Invalid value: "b c": a valid label must be',
    ],
    [
      'annotations are bounded together',
      { annotations: { a: 'x'.repeat(262_144) } },
      'metadata.annotations: Too long: may not be more than 262144 bytes',
    ],
    [
      'an owner has a uid',
      { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: '' }] },
      'metadata.ownerReferences[0].uid: Invalid value: "": must not be empty',
    ],
    [
      'a finalizer is qualified',
      { finalizers: ['mine'] },
      'name is neither a standard finalizer name nor is it fully qualified',
    ],
  ])('%s', (_, meta, message) => {
    expect(creating(configMaps, config(meta)).join('\n')).toContain(message);
  });

  test('only one owner is the controller', () => {
    const owner = (name: string): object => ({ apiVersion: 'v1', kind: 'Pod', name, uid: name, controller: true });
    expect(creating(configMaps, config({ ownerReferences: [owner('a'), owner('b')] })).join()).toContain(
      'Only one reference can have Controller set to true. Found "true" in references for a and b',
    );
  });

  test('a cluster-wide kind has no namespace', () => {
    expect(creating(namespaces, { metadata })).toEqual(['metadata.namespace: Forbidden: not allowed on this type']);
  });

  test('identity never changes', () => {
    expect(updating(configMaps, config({ uid: 'a' }), config({ uid: 'b' }))).toEqual([
      'metadata.uid: Invalid value: "b": field is immutable',
    ]);
  });

  test('what is being deleted takes no new finalizers', () => {
    const deletionTimestamp = '2024-01-01T00:00:00Z';
    const from = config({ deletionTimestamp, finalizers: ['a/b'] });
    expect(updating(configMaps, from, config({ deletionTimestamp, finalizers: ['a/b', 'c/d'] }))).toEqual([
      'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"c/d"}',
    ]);
  });
});
