import type { CustomResourceDefinition } from '@wherry/api';
import { timeOf } from '../registry/object-meta.ts';
import type { Strategy } from '../registry/strategy.ts';
import { withCondition } from './conditions.ts';

export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

export const definitionStrategy: Strategy = {
  hasStatus: true,
  countsGeneration: true,
  prepareForCreate(object) {
    const definition = object as CustomResourceDefinition;
    definition.status = { storedVersions: storedVersions(definition, []) };
  },
  prepareForUpdate(object, old) {
    const definition = object as CustomResourceDefinition;
    const { status } = old as CustomResourceDefinition;
    definition.status = { ...status, storedVersions: storedVersions(definition, status?.storedVersions ?? []) };
  },
  // The first step of a deletion is always a mark; the finalizer that it sets does the rest.
  isHeld: (object) => object.metadata.deletionTimestamp === undefined,
  prepareForDeletion(object, now) {
    const definition = object as CustomResourceDefinition;
    const { metadata, status } = definition;
    if (!metadata.finalizers?.includes(cleanupFinalizer)) {
      metadata.finalizers = [...(metadata.finalizers ?? []), cleanupFinalizer];
    }
    const condition = {
      type: 'Terminating',
      status: 'True',
      reason: 'InstanceDeletionPending',
      message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
    };
    definition.status = { ...status, conditions: withCondition(status?.conditions, condition, timeOf(now)) };
  },
};

/** Every version that objects may be stored in: the one that is now, and all that once were. */
function storedVersions({ spec }: CustomResourceDefinition, known: readonly string[]): string[] {
  const storage = spec.versions?.find((version) => version.storage)?.name;
  return storage === undefined || known.includes(storage) ? [...known] : [...known, storage];
}
