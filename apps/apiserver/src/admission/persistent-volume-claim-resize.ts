import { persistentVolumeClaims, storageClasses, type PersistentVolumeClaim } from '@wherry/api';
import { compareQuantities, forbidden } from '@wherry/apimachinery';
import { groupResource } from '../registry/object-meta.ts';
import type { Registry } from '../registry/registry.ts';
import type { AdmissionPlugin } from './chain.ts';
import { findByName, isAbout } from './find.ts';

const LEGACY = 'volume.beta.kubernetes.io/storage-class';

/** A claim may grow only where its class allows it. That it must be bound for that, validation has said. */
export const persistentVolumeClaimResize: AdmissionPlugin = {
  name: 'PersistentVolumeClaimResize',
  concerns: ['/persistentvolumeclaims'],
  async validate(request, registry) {
    if (request.operation !== 'UPDATE' || !isAbout(request, persistentVolumeClaims)) return;
    const [claim, before] = [request.object, request.old] as [PersistentVolumeClaim, PersistentVolumeClaim];
    if (compareQuantities(sizeOf(claim), sizeOf(before)) <= 0) return;
    if (await mayGrow(claim, before, registry)) return;
    throw forbidden(
      groupResource(request.served),
      claim.metadata.name,
      'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
    );
  },
};

function sizeOf({ spec }: PersistentVolumeClaim): string {
  return spec.resources?.requests?.['storage'] ?? '0';
}

async function mayGrow(claim: PersistentVolumeClaim, before: PersistentVolumeClaim, registry: Registry) {
  const name = classOf(claim);
  if (name === '' || name !== classOf(before)) return false;
  return (await findByName(registry, storageClasses, name))?.allowVolumeExpansion === true;
}

function classOf({ metadata, spec }: PersistentVolumeClaim): string {
  return metadata.annotations?.[LEGACY] ?? spec.storageClassName ?? '';
}
