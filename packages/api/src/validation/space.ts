import { isDns1123Subdomain } from '@wherry/apimachinery';
import { limitRange } from './limit-range.ts';
import { claim, claimStatus, claimUpdate } from './persistent-volume-claim.ts';
import { persistentVolume, persistentVolumeUpdate } from './persistent-volume.ts';
import { resourceQuota, resourceQuotaStatus, resourceQuotaUpdate } from './resource-quota.ts';
import type { Validator } from './validator.ts';

const name = isDns1123Subdomain;

/** What a namespace or a cluster has of space: volumes, claims to them, ranges and quotas. */
export const spaceValidators: Readonly<Record<string, Validator>> = {
  '/LimitRange': { name, create: limitRange },
  '/PersistentVolume': { name, create: persistentVolume, update: persistentVolumeUpdate },
  '/PersistentVolumeClaim': { name, create: claim, update: claimUpdate, status: claimStatus },
  '/ResourceQuota': {
    name,
    create: resourceQuota,
    update: resourceQuotaUpdate,
    status: resourceQuotaStatus,
  },
};
