import { selectorMatches, type KubeObject, type LabelSelector } from '@wherry/apimachinery';
import type { Resource } from '@wherry/api';
import type { PatchStep } from '../runner/plan.ts';
import { resourceName } from '../runner/resource-name.ts';
import { controllerOf, controllerRef } from './controller-ref.ts';

export interface Claim<T> {
  /** Those that belong to the owner, the adopted ones among them. */
  readonly claimed: readonly T[];
  /** Adoptions and releases. */
  readonly patches: readonly PatchStep[];
}

/**
 * Which of the candidates belong to an owner: its own while they match the selector (else they are released), and
 * orphans that match (they are adopted, if the owner is still there when asked directly). As upstream's
 * ControllerRefManager.
 */
export function claim<T extends KubeObject>(
  owner: KubeObject & { readonly spec: { readonly selector: LabelSelector } },
  ownerResource: Resource,
  candidates: readonly T[],
  resource: Resource,
): Claim<T> {
  const claimed: T[] = [];
  const patches: PatchStep[] = [];
  const leaving = owner.metadata.deletionTimestamp !== undefined;
  for (const object of candidates) {
    const reference = controllerOf(object);
    const matches = selectorMatches(owner.spec.selector, object.metadata.labels);
    if (reference !== undefined) {
      if (reference.uid !== owner.metadata.uid) continue;
      if (matches) claimed.push(object);
      else if (!leaving) patches.push(release(owner, object, resource));
    } else if (matches && !leaving && object.metadata.deletionTimestamp === undefined) {
      claimed.push(object);
      patches.push(adopt(owner, ownerResource, object, resource));
    }
  }
  return { claimed, patches };
}

function adopt(owner: KubeObject, ownerResource: Resource, object: KubeObject, resource: Resource): PatchStep {
  const { uid } = object.metadata;
  const ownerReferences = [controllerRef(owner, ownerResource)];
  return {
    ...step(object, resource),
    patch: { metadata: { ownerReferences, uid } },
    verify: {
      resource: resourceName(ownerResource),
      namespace: owner.metadata.namespace,
      name: owner.metadata.name,
      uid: owner.metadata.uid,
      state: 'alive',
    },
  };
}

function release(owner: KubeObject, object: KubeObject, resource: Resource): PatchStep {
  const { uid } = object.metadata;
  const ownerReferences = [{ $patch: 'delete', uid: owner.metadata.uid }];
  return { ...step(object, resource), patch: { metadata: { ownerReferences, uid } } };
}

function step(object: KubeObject, resource: Resource): Omit<PatchStep, 'patch'> {
  const { namespace, name, uid } = object.metadata;
  return { resource: resourceName(resource), namespace, name, uid, type: 'strategic' };
}
