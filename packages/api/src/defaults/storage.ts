import type { APIService } from '../apiregistration/api-service.ts';
import type { PriorityClass } from '../scheduling/priority-class.ts';
import type { CSIDriver } from '../storage/csi-driver.ts';
import type { StorageClass } from '../storage/storage-class.ts';

function defaultStorageClass(object: StorageClass): void {
  object.reclaimPolicy ??= 'Delete';
  object.volumeBindingMode ??= 'Immediate';
}

function defaultCsiDriver({ spec }: CSIDriver): void {
  spec.attachRequired ??= true;
  spec.podInfoOnMount ??= false;
  spec.storageCapacity ??= false;
  spec.fsGroupPolicy ??= 'ReadWriteOnceWithFSType';
  if ((spec.volumeLifecycleModes ?? []).length === 0) spec.volumeLifecycleModes = ['Persistent'];
  spec.requiresRepublish ??= false;
  spec.seLinuxMount ??= false;
}

export const storageDefaults = {
  'storage.k8s.io/StorageClass': defaultStorageClass,
  'storage.k8s.io/CSIDriver': defaultCsiDriver,
};

function defaultPriorityClass(object: PriorityClass): void {
  object.preemptionPolicy ??= 'PreemptLowerPriority';
}

export const schedulingDefaults = { 'scheduling.k8s.io/PriorityClass': defaultPriorityClass };

function defaultApiService({ spec }: APIService): void {
  if (spec?.service !== undefined) spec.service.port ??= 443;
}

export const apiregistrationDefaults = { 'apiregistration.k8s.io/APIService': defaultApiService };
