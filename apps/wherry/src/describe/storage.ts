import type { PersistentVolume, PersistentVolumeClaim, Pod, StorageClass } from '@wherry/api';
import type { Unstructured } from '../resources/unstructured.ts';
import { annotationLines, formatSelector, labelLines, type Page } from './page.ts';

export function describeStorageClass(page: Page, object: Unstructured): void {
  const storageClass = object as unknown as StorageClass;
  const { metadata } = storageClass;
  const isDefault = metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true';
  page.line(0, `Name:\t${metadata.name}`);
  page.line(0, `IsDefaultClass:\t${isDefault ? 'Yes' : 'No'}`);
  annotationLines(page, 'Annotations', metadata.annotations);
  page.line(0, `Provisioner:\t${storageClass.provisioner}`);
  page.line(0, `Parameters:\t${formatSelector(storageClass.parameters)}`);
  const expansion = storageClass.allowVolumeExpansion;
  page.line(0, `AllowVolumeExpansion:\t${expansion === undefined ? '<unset>' : expansion ? 'True' : 'False'}`);
  if (!storageClass.mountOptions?.length) page.line(0, 'MountOptions:\t<none>');
  else page.line(0, 'MountOptions:');
  for (const option of storageClass.mountOptions ?? []) page.line(1, option);
  if (storageClass.reclaimPolicy) page.line(0, `ReclaimPolicy:\t${storageClass.reclaimPolicy}`);
  if (storageClass.volumeBindingMode) page.line(0, `VolumeBindingMode:\t${storageClass.volumeBindingMode}`);
}

const shortModes: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

function formatModes(modes: readonly string[] | undefined): string {
  return (modes ?? []).map((mode) => shortModes[mode] ?? mode).join(',');
}

export function describeClaim(page: Page, object: Unstructured, pods: readonly Pod[]): void {
  const { metadata, spec, status } = object as unknown as PersistentVolumeClaim;
  page.line(0, `Name:\t${metadata.name}`);
  page.line(0, `Namespace:\t${metadata.namespace ?? ''}`);
  page.line(0, `StorageClass:\t${spec.storageClassName ?? ''}`);
  page.line(0, `Status:\t${metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? '')}`);
  page.line(0, `Volume:\t${spec.volumeName ?? ''}`);
  labelLines(page, 'Labels', metadata.labels);
  annotationLines(page, 'Annotations', metadata.annotations);
  page.line(0, `Finalizers:\t[${(metadata.finalizers ?? []).join(' ')}]`);
  const bound = Boolean(spec.volumeName);
  page.line(0, `Capacity:\t${bound ? (status?.capacity?.['storage'] ?? '') : ''}`);
  page.line(0, `Access Modes:\t${bound ? formatModes(status?.accessModes) : ''}`);
  if (spec.volumeMode) page.line(0, `VolumeMode:\t${spec.volumeMode}`);
  const users = pods.filter((pod) =>
    pod.spec.volumes?.some((volume) => volume.persistentVolumeClaim?.claimName === metadata.name),
  );
  page.add('Used By:\t');
  if (users.length === 0) page.add('<none>\n');
  users.forEach((pod, i) => page.add(`${i === 0 ? '' : '\t'}${pod.metadata.name}\n`));
}

export function describePersistentVolume(page: Page, object: Unstructured): void {
  const { metadata, spec, status } = object as unknown as PersistentVolume;
  page.line(0, `Name:\t${metadata.name}`);
  labelLines(page, 'Labels', metadata.labels);
  annotationLines(page, 'Annotations', metadata.annotations);
  page.line(0, `Finalizers:\t[${(metadata.finalizers ?? []).join(' ')}]`);
  page.line(0, `StorageClass:\t${spec?.storageClassName ?? ''}`);
  page.line(0, `Status:\t${metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? '')}`);
  const claim = spec?.claimRef;
  page.line(0, `Claim:\t${claim ? `${claim.namespace}/${claim.name}` : ''}`);
  page.line(0, `Reclaim Policy:\t${spec?.persistentVolumeReclaimPolicy ?? ''}`);
  page.line(0, `Access Modes:\t${formatModes(spec?.accessModes)}`);
  if (spec?.volumeMode) page.line(0, `VolumeMode:\t${spec.volumeMode}`);
  page.line(0, `Capacity:\t${spec?.capacity?.['storage'] ?? ''}`);
  affinityLines(page, spec?.nodeAffinity?.required?.nodeSelectorTerms);
  page.line(0, `Message:\t${status?.message ?? ''}`);
  page.line(0, 'Source:');
  const { hostPath, nfs, local, csi } = spec ?? {};
  if (hostPath) {
    page.line(2, 'Type:\tHostPath (bare host directory volume)');
    page.line(2, `Path:\t${hostPath.path}`);
    page.line(2, `HostPathType:\t${hostPath.type ?? ''}`);
  } else if (nfs) {
    page.line(2, 'Type:\tNFS (an NFS mount that lasts the lifetime of a pod)');
    page.line(2, `Server:\t${nfs.server}`);
    page.line(2, `Path:\t${nfs.path}`);
    page.line(2, `ReadOnly:\t${nfs.readOnly ?? false}`);
  } else if (local) {
    page.line(2, 'Type:\tLocalVolume (a persistent volume backed by local storage on a node)');
    page.line(2, `Path:\t${local.path}`);
  } else if (csi) {
    page.line(2, 'Type:\tCSI (a Container Storage Interface (CSI) volume source)');
    page.line(2, `Driver:\t${csi.driver}`);
    page.line(2, `VolumeHandle:\t${csi.volumeHandle}`);
    page.line(2, `ReadOnly:\t${csi.readOnly ?? false}`);
  } else {
    page.line(2, '<unknown>');
  }
}

type Terms = NonNullable<
  NonNullable<NonNullable<NonNullable<PersistentVolume['spec']>['nodeAffinity']>['required']>['nodeSelectorTerms']
>;

function affinityLines(page: Page, terms: Terms | undefined): void {
  if (!terms) {
    page.line(0, 'Node Affinity:\t<none>');
    return;
  }
  page.line(0, 'Node Affinity:\t');
  page.line(1, 'Required Terms:\t');
  terms.forEach(({ matchExpressions = [] }, i) => {
    page.add(`    Term ${i}:\t`);
    matchExpressions.forEach(({ key, operator, values = [] }, j) => {
      const list = values.length > 0 ? ` [${values.join(', ')}]` : '';
      page.add(`${j === 0 ? '' : '\t'}${key} ${operator.toLowerCase()}${list}\n`);
    });
  });
}
