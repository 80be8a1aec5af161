import type { PersistentVolume, PersistentVolumeClaim } from '@wherry/api';
import { timeOf } from './object-meta.ts';
import type { Strategy } from './strategy.ts';

const claims: Strategy = {
  hasStatus: true,
  allowsUnconditionalUpdate: true,
  returnsDeleted: true,
  prepareForCreate(object) {
    const claim = object as PersistentVolumeClaim;
    claim.status = { phase: 'Pending' };
    dropForeignSource(claim, undefined);
    pairSources(claim);
  },
  prepareForUpdate(object, old) {
    const claim = object as PersistentVolumeClaim;
    dropForeignSource(claim, old as PersistentVolumeClaim);
    pairSources(claim);
  },
};

/** The older dataSource means claims and snapshots alone; anything else in it is dropped, as it always was. */
function dropForeignSource(claim: PersistentVolumeClaim, old: PersistentVolumeClaim | undefined): void {
  if (old?.spec.dataSource !== undefined || old?.spec.dataSourceRef !== undefined) return;
  const { dataSource } = claim.spec;
  if (dataSource === undefined) return;
  const group = dataSource.apiGroup ?? '';
  const isClaim = group === '' && dataSource.kind === 'PersistentVolumeClaim';
  const isSnapshot = group === 'snapshot.storage.k8s.io' && dataSource.kind === 'VolumeSnapshot';
  if (!isClaim && !isSnapshot) claim.spec.dataSource = undefined;
}

/** dataSource and dataSourceRef say the same, whichever the user knows. */
function pairSources({ spec }: PersistentVolumeClaim): void {
  const { dataSource, dataSourceRef } = spec;
  if (dataSource !== undefined && dataSourceRef === undefined) {
    spec.dataSourceRef = { ...dataSource };
  } else if (dataSource === undefined && dataSourceRef !== undefined && !dataSourceRef.namespace) {
    const { apiGroup, kind, name } = dataSourceRef;
    spec.dataSource = { apiGroup, kind, name };
  }
}

const volumes: Strategy = {
  hasStatus: true,
  allowsUnconditionalUpdate: true,
  returnsDeleted: true,
  prepareForCreate(object, now) {
    (object as PersistentVolume).status = { phase: 'Pending', lastPhaseTransitionTime: timeOf(now) };
  },
  prepareForStatusUpdate(object, old, now) {
    const [volume, before] = [object as PersistentVolume, old as PersistentVolume];
    if (volume.status === undefined || volume.status.phase === before.status?.phase) return;
    const last = before.status?.lastPhaseTransitionTime;
    const sent = volume.status.lastPhaseTransitionTime;
    if (sent === undefined || sent === last) volume.status.lastPhaseTransitionTime = timeOf(now);
  },
};

export const volumeStrategies: readonly (readonly [string, Strategy])[] = [
  ['/persistentvolumes', volumes],
  ['/persistentvolumeclaims', claims],
];
