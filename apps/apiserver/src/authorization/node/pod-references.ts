import type { PersistentVolume, Pod, Volume } from '@wherry/api';

const MIRROR = 'kubernetes.io/config.mirror';

/** Kinds of what a pod can refer to, by their plurals. */
export type ReferenceKind =
  | 'pods'
  | 'secrets'
  | 'configmaps'
  | 'persistentvolumeclaims'
  | 'serviceaccounts'
  | 'resourceclaims';

export interface PodNames {
  secrets: Set<string>;
  configMaps: Set<string>;
  claims: Set<string>;
}

/** `kind/namespace/name` of everything that the node of a pod must be able to read for it, the pod itself included. */
export function podReferences(pod: Pod): string[] {
  const { namespace = '', name, annotations } = pod.metadata;
  const self = referenceOf('pods', namespace, name);
  // A node makes these itself, and must not come by anything that way.
  if (annotations?.[MIRROR] !== undefined) return [self];
  const { secrets, configMaps, claims } = podNames(pod);
  const all = [self];
  for (const secret of secrets) all.push(referenceOf('secrets', namespace, secret));
  for (const configMap of configMaps) all.push(referenceOf('configmaps', namespace, configMap));
  for (const claim of claims) all.push(referenceOf('persistentvolumeclaims', namespace, claim));
  const account = pod.spec.serviceAccountName ?? '';
  if (account !== '') all.push(referenceOf('serviceaccounts', namespace, account));
  for (const { name: entry, resourceClaimName } of pod.spec.resourceClaims ?? []) {
    const made = pod.status?.resourceClaimStatuses?.find((status) => status.name === entry)?.resourceClaimName;
    const claim = resourceClaimName ?? made ?? '';
    if (claim !== '') all.push(referenceOf('resourceclaims', namespace, claim));
  }
  return all;
}

export function referenceOf(kind: ReferenceKind, namespace: string, name: string): string {
  return `${kind}/${namespace}/${name}`;
}

/** The names that a pod's spec mentions. */
export function podNames({ metadata, spec }: Pod): PodNames {
  const names: PodNames = { secrets: new Set(), configMaps: new Set(), claims: new Set() };
  for (const { name } of spec.imagePullSecrets ?? []) add(names.secrets, name);
  const containers = [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? [])];
  for (const { env = [], envFrom = [] } of containers) {
    for (const { valueFrom } of env) {
      add(names.secrets, valueFrom?.secretKeyRef?.name);
      add(names.configMaps, valueFrom?.configMapKeyRef?.name);
    }
    for (const { secretRef, configMapRef } of envFrom) {
      add(names.secrets, secretRef?.name);
      add(names.configMaps, configMapRef?.name);
    }
  }
  for (const volume of spec.volumes ?? []) addVolume(names, volume, metadata.name);
  return names;
}

function addVolume(names: PodNames, volume: Volume, podName: string): void {
  add(names.secrets, volume.secret?.secretName);
  add(names.secrets, volume.azureFile?.secretName);
  add(names.secrets, volume.csi?.nodePublishSecretRef?.name);
  const { cephfs, cinder, flexVolume, rbd, scaleIO, iscsi, storageos } = volume;
  for (const source of [cephfs, cinder, flexVolume, rbd, scaleIO, iscsi, storageos]) {
    add(names.secrets, source?.secretRef?.name);
  }
  add(names.configMaps, volume.configMap?.name);
  for (const { secret, configMap } of volume.projected?.sources ?? []) {
    add(names.secrets, secret?.name);
    add(names.configMaps, configMap?.name);
  }
  add(names.claims, volume.persistentVolumeClaim?.claimName);
  if (volume.ephemeral !== undefined) add(names.claims, `${podName}-${volume.name}`);
}

/** `namespace/name` of the Secrets with which a kubelet mounts a volume. */
export function volumeSecrets({ spec }: PersistentVolume): string[] {
  if (spec === undefined) return [];
  const fallback = spec.claimRef?.namespace ?? '';
  const found: string[] = [];
  const keep = (reference: { name?: string | undefined; namespace?: string | undefined } | undefined) => {
    if ((reference?.name ?? '') !== '') found.push(`${reference!.namespace || fallback}/${reference!.name}`);
  };
  const { azureFile, cephfs, cinder, csi, flexVolume, rbd, scaleIO, iscsi, storageos } = spec;
  keep(azureFile && { name: azureFile.secretName, namespace: azureFile.secretNamespace });
  for (const source of [cephfs, cinder, flexVolume, rbd, scaleIO, iscsi, storageos]) keep(source?.secretRef);
  keep(csi?.nodePublishSecretRef);
  keep(csi?.nodeStageSecretRef);
  keep(csi?.nodeExpandSecretRef);
  return found;
}

function add(set: Set<string>, name: string | undefined): void {
  if (name !== undefined && name !== '') set.add(name);
}
