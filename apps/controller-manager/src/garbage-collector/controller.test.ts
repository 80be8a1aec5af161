import { configMaps, secrets, type ConfigMap, type Secret } from '@wherry/api';
import type { KubeObject } from '@wherry/apimachinery';
import { expect, test } from 'vitest';
import type { Sources } from '../runner/controller.ts';
import { garbageCollector } from './controller.ts';

const owner: Secret = { metadata: { name: 'owner', namespace: 'default', uid: 'u1' } };
const owned: ConfigMap = {
  metadata: {
    name: 'owned',
    namespace: 'default',
    uid: 'u2',
    ownerReferences: [{ apiVersion: 'v1', kind: 'Secret', name: 'owner', uid: 'u1' }],
  },
};

/** The apiserver has the owner, whose kind has not been listed yet, or whose watch has not told of it. */
function sources(isWatching: boolean): Sources<unknown> {
  const cache = {
    get: (resource: { plural: string }) => (resource.plural === 'configmaps' ? owned : undefined),
    list: () => [],
    byIndex: () => [],
    isWatching: () => isWatching,
  };
  const live = { get: () => Promise.resolve(owner as KubeObject) };
  return { cache, live, memory: undefined, failure: undefined } as unknown as Sources<unknown>;
}

test('an owner that the apiserver has is looked at again when its kind is not watched yet', async () => {
  const collector = garbageCollector(1);
  const verbs = ['list', 'watch', 'delete'];
  collector.inputsOf?.({ resources: [configMaps, secrets].map((resource) => ({ resource, verbs })), failures: [] });
  const plan = async (isWatching: boolean) => {
    const view = await collector.view('configmaps|default/owned', sources(isWatching));
    return collector.reconcile(view as never, 0);
  };
  expect((await plan(true)).requeueAfterMs).toBeUndefined();
  expect((await plan(false)).requeueAfterMs).toBe(30_000);
  expect((await plan(false)).delete).toBeUndefined();
});
