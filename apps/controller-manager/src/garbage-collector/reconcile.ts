import type { KubeObject, OwnerReference } from '@wherry/apimachinery';
import type { DeleteStep, PatchStep, Plan, PlannedEvent } from '../runner/plan.ts';

export interface GarbageView {
  /** The object, and the name of its resource. */
  readonly item: Item;
  readonly owners: readonly Owner[];
  /** What names it as an owner. */
  readonly dependents: readonly Item[];
}
export interface Item {
  readonly resource: string;
  readonly object: KubeObject;
}
export interface Owner {
  readonly reference: OwnerReference;
  /**
   * `waiting`: it is being deleted in the foreground and waits for this object. `absent`: the apiserver has no object
   * with that name and uid. `unknown`: its kind cannot be looked up, or is not watched yet. `misplaced`: it has a namespace, the object none.
   */
  readonly state: 'solid' | 'waiting' | 'absent' | 'unknown' | 'misplaced';
}

export const foreground = 'foregroundDeletion';
export const orphan = 'orphan';
/** A kind that is not served today may be served again. */
const unknownKindMs = 30_000;

/** What becomes of an object when its owners go, and of its dependents when it goes itself. */
export function reconcileGarbage(view: GarbageView): Plan {
  const { item, owners } = view;
  const { metadata } = item.object;
  if (metadata.deletionTimestamp !== undefined) {
    if (metadata.finalizers?.includes(orphan) === true) return orphanDependents(view);
    if (metadata.finalizers?.includes(foreground) === true) return awaitDependents(view);
    return {};
  }
  if (owners.length === 0) return {};
  const events = owners.filter(({ state }) => state === 'misplaced').map(({ reference }) => misplaced(item, reference));
  const gone = owners.filter(({ state }) => state === 'absent' || state === 'waiting');
  if (gone.length < owners.length) {
    const requeueAfterMs = owners.some(({ state }) => state === 'unknown') ? unknownKindMs : undefined;
    if (gone.length === 0) return { events, requeueAfterMs };
    const dropped = new Set(gone.map(({ reference }) => reference.uid));
    return { events, requeueAfterMs, patch: [dropReferences(item, dropped)] };
  }
  return collect(view);
}

export function isForeground(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined && object.metadata.finalizers?.includes(foreground) === true;
}

/** All owners are gone, or wait for it to go. */
function collect({ item, owners, dependents }: GarbageView): Plan {
  const waited = owners.some(({ state }) => state === 'waiting');
  if (waited && dependents.length > 0) {
    // A circle of owners, each waiting for the next: somebody has to stop blocking.
    const circular = dependents.some(({ object }) => isForeground(object));
    return { patch: circular ? [stopBlocking(item)] : [], delete: [deletion(item, 'Foreground', !circular)] };
  }
  const { finalizers } = item.object.metadata;
  const policy = finalizers?.includes(orphan)
    ? 'Orphan'
    : finalizers?.includes(foreground)
      ? 'Foreground'
      : 'Background';
  return { delete: [deletion(item, policy, true)] };
}

function orphanDependents({ item, dependents }: GarbageView): Plan {
  const owner = new Set([item.object.metadata.uid ?? '']);
  return { patch: [...dependents.map((dependent) => dropReferences(dependent, owner)), dropFinalizer(item, orphan)] };
}

/** Those that block are deleted when their own turn comes. */
function awaitDependents({ item, dependents }: GarbageView): Plan {
  const { uid } = item.object.metadata;
  const blocked = dependents.some(({ object }) =>
    object.metadata.ownerReferences?.some((owner) => owner.uid === uid && owner.blockOwnerDeletion === true),
  );
  return blocked ? {} : { patch: [dropFinalizer(item, foreground)] };
}

function dropReferences(item: Item, uids: ReadonlySet<string>): PatchStep {
  const ownerReferences = item.object.metadata.ownerReferences?.filter((owner) => !uids.has(owner.uid));
  return patch(item, { ownerReferences });
}

function stopBlocking(item: Item): PatchStep {
  const ownerReferences = item.object.metadata.ownerReferences?.map((owner) => ({
    ...owner,
    blockOwnerDeletion: false,
  }));
  return patch(item, { ownerReferences });
}

function dropFinalizer(item: Item, finalizer: string): PatchStep {
  return patch(item, { finalizers: item.object.metadata.finalizers?.filter((one) => one !== finalizer) });
}

/** Lists are replaced as a whole, so only while the object is as it was seen. */
function patch({ resource, object }: Item, change: Partial<KubeObject['metadata']>): PatchStep {
  const { namespace, name, uid, resourceVersion } = object.metadata;
  return { resource, namespace, name, uid, type: 'merge', patch: { metadata: { ...change, uid, resourceVersion } } };
}

/** Not if it has changed: it may have got another owner. */
function deletion({ resource, object }: Item, policy: DeleteStep['propagationPolicy'], unchanged: boolean): DeleteStep {
  const { namespace, name, uid, resourceVersion } = object.metadata;
  const version = unchanged ? resourceVersion : undefined;
  return { resource, namespace, name, uid, resourceVersion: version, propagationPolicy: policy };
}

function misplaced({ object }: Item, { apiVersion, kind, name, uid }: OwnerReference): PlannedEvent {
  const message = `ownerRef [${apiVersion}/${kind}, namespace: , name: ${name}, uid: ${uid}] does not exist in namespace "${object.metadata.namespace ?? ''}"`;
  return { about: object, type: 'Warning', reason: 'OwnerRefInvalidNamespace', message };
}
