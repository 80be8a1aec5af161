import { isDefaultStorageClass, persistentVolumeClaims, storageClasses, type PersistentVolumeClaim } from '@wherry/api';
import type { AdmissionPlugin } from './chain.ts';
import { isAbout, objectsOf, youngest } from './find.ts';

const LEGACY = 'volume.beta.kubernetes.io/storage-class';

/** A claim that names no class gets the default one, if there is one. The empty name is a name: it wants none. */
export const defaultStorageClass: AdmissionPlugin = {
  name: 'DefaultStorageClass',
  concerns: ['/persistentvolumeclaims'],
  mutate(request, registry) {
    if (request.operation !== 'CREATE' || !isAbout(request, persistentVolumeClaims)) return;
    const { metadata, spec } = request.object as PersistentVolumeClaim;
    if (spec.storageClassName !== undefined || metadata.annotations?.[LEGACY] !== undefined) return;
    const found = youngest(objectsOf(registry, storageClasses).filter(isDefaultStorageClass));
    if (found !== undefined) spec.storageClassName = found.metadata.name;
  },
};
