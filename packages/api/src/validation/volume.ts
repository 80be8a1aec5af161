import {
  fieldDuplicate,
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  parseQuantity,
} from '@wherry/apimachinery';
import type { DownwardAPIVolumeFile, VolumeProjection } from '../core/projections.ts';
import type { KeyToPath } from '../core/references.ts';
import type { PersistentVolumeClaimTemplate } from '../core/volume-claim.ts';
import type { Volume } from '../core/volume.ts';
import { fieldReference, resourceReference } from './container-env.ts';
import { csiDriverName } from './csi.ts';
import { labelSelector } from './label-selector.ts';
import { validateAnnotations, validateLabels } from './metadata.ts';
import { claimSpec } from './persistent-volume-claim.ts';
import { dnsLabel, required, type Findings } from './value-rules.ts';
import { requiredOfSource } from './volume-fields.ts';
import { localDescendingPath, localNonReservedPath, noBacksteps } from './volume-path.ts';

const hostPathTypes = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];
const volumeFieldPaths = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
];

export function* volumes(list: readonly Volume[], field: string): Findings {
  const names = new Set<string>();
  for (const [index, volume] of list.entries()) {
    const at = `${field}[${index}]`;
    if (volume.name === '') yield fieldRequired(`${at}.name`);
    else yield* dnsLabel(volume.name, `${at}.name`);
    if (names.has(volume.name)) yield fieldDuplicate(`${at}.name`, volume.name);
    names.add(volume.name);
    yield* oneSource(volume, at);
  }
}

/** Exactly one source: the first is checked, each further one is forbidden. */
function* oneSource(volume: Volume, at: string): Findings {
  const { name: _, ...sources } = volume;
  const present = Object.entries(sources).filter(([, source]) => source !== undefined);
  if (present.length === 0) yield fieldRequired(at, 'must specify a volume type');
  for (const [index, [type]] of present.entries()) {
    if (index > 0) yield fieldForbidden(`${at}.${type}`, 'may not specify more than 1 volume type');
    else {
      yield* requiredOfSource(type, volume[type as keyof Volume], at);
      yield* source(volume, type, `${at}.${type}`);
    }
  }
}

function* source(volume: Volume, type: string, field: string): Findings {
  switch (type) {
    case 'emptyDir':
      return yield* emptyDir(volume.emptyDir?.sizeLimit, field);
    case 'hostPath':
      return yield* hostPath(volume.hostPath?.path ?? '', volume.hostPath?.type, field);
    case 'secret':
      yield* required(volume.secret?.secretName, `${field}.secretName`);
      return yield* files(volume.secret?.defaultMode, volume.secret?.items, field);
    case 'configMap':
      yield* required(volume.configMap?.name, `${field}.name`);
      return yield* files(volume.configMap?.defaultMode, volume.configMap?.items, field);
    case 'downwardAPI':
      yield* mode(volume.downwardAPI?.defaultMode, `${field}.defaultMode`);
      return yield* downwardFiles(volume.downwardAPI?.items, field);
    case 'projected':
      yield* mode(volume.projected?.defaultMode, `${field}.defaultMode`);
      return yield* projections(volume.projected?.sources ?? [], field);
    case 'persistentVolumeClaim':
      return yield* required(volume.persistentVolumeClaim?.claimName, `${field}.claimName`);
    case 'nfs':
      return yield* nfs(volume.nfs?.server ?? '', volume.nfs?.path ?? '', field);
    case 'image':
      return yield* required(volume.image?.reference, `${field}.reference`);
    case 'csi':
      yield* csiDriverName(volume.csi?.driver ?? '', `${field}.driver`);
      if (volume.csi?.nodePublishSecretRef === undefined) return;
      return yield* required(volume.csi.nodePublishSecretRef.name, `${field}.nodePublishSecretRef.name`);
    case 'ephemeral':
      return yield* claimTemplate(volume.ephemeral?.volumeClaimTemplate, `${field}.volumeClaimTemplate`);
    case 'gitRepo':
      // CVE-2024-10220: a repository's hooks would run as root on the node.
      return yield fieldForbidden(field, 'gitRepo volumes are not supported');
    default:
      return;
  }
}

function* claimTemplate(template: PersistentVolumeClaimTemplate | undefined, field: string): Findings {
  if (template === undefined) {
    yield fieldRequired(field);
    return;
  }
  yield* validateLabels(template.metadata?.labels, `${field}.metadata.labels`);
  yield* validateAnnotations(template.metadata?.annotations, `${field}.metadata.annotations`);
  yield* claimSpec(template.spec, `${field}.spec`);
}

function* emptyDir(sizeLimit: string | undefined, field: string): Findings {
  if (sizeLimit !== undefined && parseQuantity(sizeLimit).nano < 0n) {
    yield fieldForbidden(`${field}.sizeLimit`, 'SizeLimit field must be a valid resource quantity');
  }
}

export function* hostPath(path: string, type: string | undefined, field: string): Findings {
  if (path === '') {
    yield fieldRequired(`${field}.path`);
    return;
  }
  yield* noBacksteps(path, `${field}.path`);
  if (type !== undefined && !hostPathTypes.includes(type))
    yield fieldNotSupported(`${field}.type`, type, hostPathTypes);
}

export function* nfs(server: string, path: string, field: string): Findings {
  yield* required(server, `${field}.server`);
  yield* required(path, `${field}.path`);
  if (path !== '' && !path.startsWith('/')) yield fieldInvalid(`${field}.path`, path, 'must be an absolute path');
}

function* mode(value: number | undefined, field: string): Findings {
  if (value !== undefined && (value < 0 || value > 0o777)) {
    yield fieldInvalid(field, value, 'must be a number between 0 and 0777 (octal), both inclusive');
  }
}

function* files(defaultMode: number | undefined, items: readonly KeyToPath[] | undefined, field: string): Findings {
  yield* mode(defaultMode, `${field}.defaultMode`);
  for (const [index, item] of (items ?? []).entries()) {
    const at = `${field}.items[${index}]`;
    yield* required(item.key, `${at}.key`);
    yield* required(item.path, `${at}.path`);
    yield* localNonReservedPath(item.path, `${at}.path`);
    yield* mode(item.mode, `${at}.mode`);
  }
}

function* downwardFiles(items: readonly DownwardAPIVolumeFile[] | undefined, field: string): Findings {
  for (const item of items ?? []) {
    yield* required(item.path, `${field}.path`);
    yield* localNonReservedPath(item.path, `${field}.path`);
    if (item.fieldRef !== undefined) {
      yield* fieldReference(item.fieldRef, volumeFieldPaths, `${field}.fieldRef`);
      if (item.resourceFieldRef !== undefined) {
        yield fieldInvalid(field, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously');
      }
    } else if (item.resourceFieldRef !== undefined) {
      yield* resourceReference(item.resourceFieldRef, `${field}.resourceFieldRef`, true);
    } else {
      yield fieldRequired(`${field}.fieldRef`, 'one of fieldRef and resourceFieldRef is required');
    }
    yield* mode(item.mode, `${field}.mode`);
  }
}

const minTokenSeconds = 600;

function* projections(sources: readonly VolumeProjection[], field: string): Findings {
  for (const [index, item] of sources.entries()) {
    const at = `${field}.sources[${index}]`;
    const present = Object.entries(item).filter(([, value]) => value !== undefined);
    for (const [i, [type]] of present.entries()) {
      if (i > 0) yield fieldForbidden(`${at}.${type}`, 'may not specify more than 1 volume type');
    }
    if (item.secret !== undefined) {
      yield* required(item.secret.name, `${at}.secret.name`);
      yield* files(undefined, item.secret.items, `${at}.secret`);
    }
    if (item.configMap !== undefined) {
      yield* required(item.configMap.name, `${at}.configMap.name`);
      yield* files(undefined, item.configMap.items, `${at}.configMap`);
    }
    yield* downwardFiles(item.downwardAPI?.items, `${at}.downwardAPI`);
    yield* labelSelector(item.clusterTrustBundle?.labelSelector, `${at}.clusterTrustBundle.labelSelector`);
    if (item.serviceAccountToken !== undefined) yield* token(item.serviceAccountToken, `${at}.serviceAccountToken`);
  }
}

function* token(item: NonNullable<VolumeProjection['serviceAccountToken']>, field: string): Findings {
  const seconds = item.expirationSeconds ?? 0;
  if (seconds < minTokenSeconds) {
    yield fieldInvalid(`${field}.expirationSeconds`, seconds, 'may not specify a duration less than 10 minutes');
  }
  if (seconds > 2 ** 32) {
    yield fieldInvalid(`${field}.expirationSeconds`, seconds, 'may not specify a duration larger than 2^32 seconds');
  }
  if (item.path === '') yield fieldRequired(`${field}.path`);
  else yield* localDescendingPath(item.path, `${field}.path`);
}
