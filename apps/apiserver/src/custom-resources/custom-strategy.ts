import { deepEqual, statusError, type KubeObject } from '@wherry/apimachinery';
import type { Strategy } from '../registry/strategy.ts';

/** @param isTerminating whether the definition is on its way out; nothing new is made then */
export function customStrategy(hasStatus: boolean, isTerminating: () => boolean): Strategy {
  return {
    hasStatus,
    takesNothingNew: isTerminating,
    prepareForCreate(object) {
      if (isTerminating()) {
        throw statusError(
          405,
          'MethodNotAllowed',
          'create not allowed while custom resource definition is terminating',
        );
      }
      object.metadata.generation = 1;
    },
    prepareForUpdate(object, old) {
      if (!sameContent(object, old, hasStatus)) object.metadata.generation = (old.metadata.generation ?? 0) + 1;
    },
    // Unlike with built-in kinds labels and annotations stay as they are, too.
    prepareForStatusUpdate(object, old) {
      const { managedFields } = object.metadata;
      const { resourceVersion } = object.metadata;
      object.metadata = { ...old.metadata, managedFields, resourceVersion };
    },
  };
}

/** Everything but metadata counts, and the status where it is no subresource. */
function sameContent(object: KubeObject, old: KubeObject, hasStatus: boolean): boolean {
  const { metadata: _a, ...now } = object as KubeObject & { status?: unknown };
  const { metadata: _b, ...before } = old as KubeObject & { status?: unknown };
  if (hasStatus) {
    delete now.status;
    delete before.status;
  }
  return deepEqual(now, before);
}
