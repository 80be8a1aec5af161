import { persistentVolumeClaims, persistentVolumes } from '@wherry/api';
import type { AdmissionPlugin } from './chain.ts';
import { isAbout } from './find.ts';

const protections = [
  { resource: persistentVolumeClaims, finalizer: 'kubernetes.io/pvc-protection' },
  { resource: persistentVolumes, finalizer: 'kubernetes.io/pv-protection' },
] as const;

/** Claims and volumes that are deleted stay until nobody uses them: controllers take the finalizer off. */
export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  concerns: ['/persistentvolumeclaims', '/persistentvolumes'],
  mutate(request) {
    if (request.operation !== 'CREATE' || request.object === undefined) return;
    const { metadata } = request.object;
    for (const { resource, finalizer } of protections) {
      if (!isAbout(request, resource) || metadata.finalizers?.includes(finalizer)) continue;
      metadata.finalizers = [...(metadata.finalizers ?? []), finalizer];
    }
  },
};
