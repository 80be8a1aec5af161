import {
  persistentVolumeClaims,
  persistentVolumes,
  isPodTerminal,
  pods,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Pod,
} from '@wherry/api';
import { keyOf } from '@wherry/client';
import type { KubeObject } from '@wherry/apimachinery';
import { input, type Controller } from '../runner/controller.ts';
import type { Plan } from '../runner/plan.ts';

const claimFinalizer = 'kubernetes.io/pvc-protection';
const volumeFinalizer = 'kubernetes.io/pv-protection';

/** A claim that is being deleted stays as long as a pod uses it. */
export function claimProtectionController(): Controller<{ claim: PersistentVolumeClaim; users: readonly Pod[] }> {
  return {
    name: 'persistentvolumeclaim-protection-controller',
    component: 'persistentvolumeclaim-protection-controller',
    workers: 1,
    inputs: [input(persistentVolumeClaims, (claim) => [keyOf(claim)]), input(pods, claimsOf)],
    outputs: { persistentvolumeclaims: ['update'] },
    view(key, { cache }) {
      const claim = cache.get(persistentVolumeClaims, key);
      if (claim === undefined) return undefined;
      const beside = cache.byIndex(pods, 'namespace', claim.metadata.namespace ?? '');
      return { claim, users: beside.filter((pod) => !isPodTerminal(pod) && claimsOf(pod).includes(key)) };
    },
    reconcile: ({ claim, users }) => protect('persistentvolumeclaims', claim, claimFinalizer, users.length > 0),
  };
}

/** A volume that is being deleted stays as long as it is bound to a claim. */
export function volumeProtectionController(): Controller<{ volume: PersistentVolume }> {
  return {
    name: 'persistentvolume-protection-controller',
    component: 'persistentvolume-protection-controller',
    workers: 1,
    inputs: [input(persistentVolumes, (volume) => [keyOf(volume)])],
    outputs: { persistentvolumes: ['update'] },
    view(key, { cache }) {
      const volume = cache.get(persistentVolumes, key);
      return volume && { volume };
    },
    reconcile: ({ volume }) => protect('persistentvolumes', volume, volumeFinalizer, volume.status?.phase === 'Bound'),
  };
}

/** Puts the finalizer on what lives, and takes it from what is to go and is not in use. */
export function protect(resource: string, object: KubeObject, finalizer: string, inUse: boolean): Plan {
  const { metadata } = object;
  const present = metadata.finalizers ?? [];
  const leaving = metadata.deletionTimestamp !== undefined;
  if (leaving ? inUse || !present.includes(finalizer) : present.includes(finalizer)) return {};
  const finalizers = leaving ? present.filter((name) => name !== finalizer) : [...present, finalizer];
  return { update: [{ resource, object: { ...object, metadata: { ...metadata, finalizers } } }] };
}

/** Also those that the cluster makes for a pod's generic ephemeral volumes, by their name. */
function claimsOf({ metadata, spec }: Pod): string[] {
  const names = (spec.volumes ?? []).flatMap((volume) => {
    if (volume.persistentVolumeClaim !== undefined) return [volume.persistentVolumeClaim.claimName];
    return volume.ephemeral === undefined ? [] : [`${metadata.name}-${volume.name}`];
  });
  return names.map((name) => `${metadata.namespace ?? ''}/${name}`);
}
