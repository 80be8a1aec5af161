import {
  clone,
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  parseQuantity,
  semanticEqual,
} from '@wherry/apimachinery';
import type { PersistentVolume, PersistentVolumeSpec } from '../core/persistent-volume.ts';
import { validateImmutable } from './metadata.ts';
import { accessModes } from './persistent-volume-claim.ts';
import { persistentSource, sourceTypes } from './persistent-volume-source.ts';
import { nodeSelector } from './placement.ts';
import { specDifference } from './spec-difference.ts';
import { dnsSubdomain, oneOfOrAbsent, type Findings } from './value-rules.ts';

const policies = ['Delete', 'Recycle', 'Retain'];

export function* persistentVolume({ spec }: PersistentVolume): Findings {
  const given = spec.accessModes ?? [];
  if (given.length === 0) yield fieldRequired('spec.accessModes');
  yield* accessModes(given, 'spec.accessModes');
  yield* capacity(spec.capacity ?? {}, 'spec.capacity');
  const policy = spec.persistentVolumeReclaimPolicy;
  if (policy) yield* oneOfOrAbsent(policy, policies, 'spec.persistentVolumeReclaimPolicy');
  yield* nodeAffinity(spec);
  yield* oneSource(spec);
  if (spec.hostPath !== undefined && isRoot(spec.hostPath.path) && policy === 'Recycle') {
    yield fieldForbidden('spec.persistentVolumeReclaimPolicy', "may not be 'recycle' for a hostPath mount of '/'");
  }
  if (spec.storageClassName) yield* dnsSubdomain(spec.storageClassName, 'spec.storageClassName');
  yield* oneOfOrAbsent(spec.volumeMode, ['Block', 'Filesystem'], 'spec.volumeMode');
  yield* attributesClass(spec);
}

function isRoot(path: string): boolean {
  return path.startsWith('/') && path.split('/').every((part) => part === '' || part === '.');
}

function* capacity(amounts: Readonly<Record<string, string>>, field: string): Findings {
  const names = Object.keys(amounts);
  if (names.length === 0) yield fieldRequired(field);
  if (!names.includes('storage') || names.length > 1) yield fieldNotSupported(field, amounts, ['storage']);
  for (const [name, amount] of Object.entries(amounts)) {
    const { nano } = parseQuantity(amount);
    if (nano < 0n) yield fieldInvalid(`${field}[${name}]`, amount, 'must be a valid resource quantity');
    if (nano <= 0n) yield fieldInvalid(`${field}[${name}]`, amount, 'must be greater than zero');
  }
}

function* nodeAffinity({ nodeAffinity: affinity }: PersistentVolumeSpec): Findings {
  if (affinity === undefined) return;
  const field = 'spec.nodeAffinity.required';
  if (affinity.required === undefined) yield fieldRequired(field, 'must specify required node constraints');
  else yield* nodeSelector(affinity.required, field);
}

function* oneSource(spec: PersistentVolumeSpec): Findings {
  const present = sourceTypes.filter((type) => spec[type] !== undefined);
  for (const [index, type] of present.entries()) {
    if (index === 0) yield* persistentSource(spec, type);
    else yield fieldForbidden(`spec.${type}`, 'may not specify more than 1 volume type');
  }
  if (present.length === 0) yield fieldRequired('spec', 'must specify a volume type');
}

function* attributesClass({ volumeAttributesClassName: name, csi }: PersistentVolumeSpec): Findings {
  if (name === undefined) return;
  const field = 'spec.volumeAttributesClassName';
  if (name === '') yield fieldRequired(field, 'an empty string is disallowed');
  else yield* dnsSubdomain(name, field);
  if (csi === undefined) yield fieldRequired('spec.csi', 'has to be specified when using volumeAttributesClassName');
}

export function* persistentVolumeUpdate(next: PersistentVolume, old: PersistentVolume): Findings {
  yield* persistentVolume(next);
  const [after, before] = [sourceOf(next.spec), sourceOf(old.spec)];
  for (const name of ['controllerExpandSecretRef', 'nodeExpandSecretRef'] as const) {
    if (after.csi !== undefined && before.csi !== undefined && before.csi[name] === undefined) {
      after.csi[name] = undefined;
    }
  }
  if (!semanticEqual(after, before)) {
    const why = 'spec.persistentvolumesource is immutable after creation';
    yield fieldForbidden('spec.persistentvolumesource', `${why}\n${specDifference(before, after)}`);
  }
  yield* validateImmutable(next.spec.volumeMode, old.spec.volumeMode, 'volumeMode');
  if (old.spec.nodeAffinity !== undefined) {
    yield* validateImmutable(next.spec.nodeAffinity, old.spec.nodeAffinity, 'nodeAffinity');
  }
}

function sourceOf(spec: PersistentVolumeSpec): Partial<PersistentVolumeSpec> {
  return clone(Object.fromEntries(sourceTypes.map((type) => [type, spec[type]])));
}
