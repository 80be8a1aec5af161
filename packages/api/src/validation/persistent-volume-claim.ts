import {
  clone,
  compareQuantities,
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  parseQuantity,
  semanticEqual,
} from '@wherry/apimachinery';
import type { PersistentVolumeClaim } from '../core/persistent-volume-claim.ts';
import type { TypedLocalObjectReference, TypedObjectReference } from '../core/references.ts';
import type { PersistentVolumeClaimSpec } from '../core/volume-claim.ts';
import { labelSelector } from './label-selector.ts';
import { validateImmutable } from './metadata.ts';
import { specDifference } from './spec-difference.ts';
import { dnsLabel, dnsSubdomain, oneOfOrAbsent, type Findings } from './value-rules.ts';

const modes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
const classAnnotation = 'volume.beta.kubernetes.io/storage-class';

export function* claim({ spec }: PersistentVolumeClaim): Findings {
  yield* claimSpec(spec, 'spec');
}

/** Of claims, and of the templates that pods have of them. */
export function* claimSpec(spec: PersistentVolumeClaimSpec, field: string): Findings {
  const given = spec.accessModes ?? [];
  if (given.length === 0) yield fieldRequired(`${field}.accessModes`, 'at least 1 access mode is required');
  yield* labelSelector(spec.selector, `${field}.selector`);
  yield* accessModes(given, `${field}.accessModes`);
  yield* requested(spec, `${field}.resources[storage]`);
  if (spec.storageClassName) yield* dnsSubdomain(spec.storageClassName, `${field}.storageClassName`);
  yield* oneOfOrAbsent(spec.volumeMode, ['Block', 'Filesystem'], `${field}.volumeMode`);
  if (spec.dataSource !== undefined) yield* dataSource(spec.dataSource, `${field}.dataSource`);
  if (spec.dataSourceRef !== undefined) yield* dataSourceRef(spec.dataSourceRef, `${field}.dataSourceRef`);
  if (spec.dataSource !== undefined && spec.dataSourceRef !== undefined) {
    yield* sameSource(spec.dataSource, spec.dataSourceRef, field);
  }
  if (spec.volumeAttributesClassName) {
    yield* dnsSubdomain(spec.volumeAttributesClassName, `${field}.volumeAttributesClassName`);
  }
}

export function* accessModes(given: readonly string[], field: string): Findings {
  for (const mode of given) if (!modes.includes(mode)) yield fieldNotSupported(field, mode, modes);
  if (given.includes('ReadWriteOncePod') && given.some((mode) => mode !== 'ReadWriteOncePod' && modes.includes(mode))) {
    yield fieldForbidden(field, 'may not use ReadWriteOncePod with other access modes');
  }
}

function* requested({ resources }: PersistentVolumeClaimSpec, field: string): Findings {
  const amount = resources?.requests?.['storage'];
  if (amount === undefined) {
    yield fieldRequired(field);
    return;
  }
  const { nano } = parseQuantity(amount);
  if (nano <= 0n) yield fieldInvalid(field, amount, 'must be greater than zero');
  else if (nano % 1_000_000_000n !== 0n) yield fieldInvalid(field, amount, 'must be an integer');
}

function* dataSource(source: TypedLocalObjectReference, field: string): Findings {
  if (source.name === '') yield fieldRequired(`${field}.name`);
  if (source.kind === '') yield fieldRequired(`${field}.kind`);
  const group = source.apiGroup ?? '';
  if (group === '' && source.kind !== 'PersistentVolumeClaim') {
    const detail = "must be 'PersistentVolumeClaim' when referencing the default apiGroup";
    yield fieldInvalid(field, source.kind, detail);
  }
  if (group !== '') yield* dnsSubdomain(group, `${field}.apiGroup`);
}

function* dataSourceRef(source: TypedObjectReference, field: string): Findings {
  yield* dataSource(source, field);
  if (source.namespace) yield* dnsLabel(source.namespace, `${field}.namespace`);
}

function* sameSource(source: TypedLocalObjectReference, ref: TypedObjectReference, field: string): Findings {
  if (ref.namespace) {
    const detail = 'may not be specified when dataSourceRef.namespace is specified';
    yield fieldInvalid(field, `${field}.dataSource`, detail);
    return;
  }
  const { apiGroup, kind, name } = ref;
  if (!semanticEqual(source, { apiGroup, kind, name })) {
    yield fieldInvalid(field, `${field}.dataSource`, 'must match dataSourceRef');
  }
}

/** A bound claim may grow and change its attributes; a volume's name is set once; all else stays. */
export function* claimUpdate(next: PersistentVolumeClaim, old: PersistentVolumeClaim): Findings {
  yield* claim(next);
  const [spec, before] = [clone(next.spec), clone(old.spec)];
  if (!before.volumeName) before.volumeName = spec.volumeName;
  if (upgradesClass(next, old)) spec.storageClassName = undefined;
  else {
    const annotation = next.metadata.annotations?.[classAnnotation];
    const previous = old.metadata.annotations?.[classAnnotation];
    if (annotation !== previous) {
      yield fieldInvalid(`metadata.annotations[${classAnnotation}]`, annotation ?? '', 'field is immutable');
    }
  }
  if (next.status?.phase === 'Bound') {
    const size = before.resources?.requests?.['storage'];
    if (spec.resources?.requests !== undefined && size !== undefined) spec.resources.requests['storage'] = size;
    if (spec.volumeAttributesClassName !== undefined) {
      spec.volumeAttributesClassName = before.volumeAttributesClassName;
    }
  }
  if (!semanticEqual(spec, before)) {
    const why =
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
    yield fieldForbidden('spec', `${why}\n${specDifference(before, spec)}`);
  }
  yield* notShrunk(next, old);
  yield* validateImmutable(next.spec.volumeMode, old.spec.volumeMode, 'volumeMode');
  yield* classNotRemoved(next, old);
}

/** From the annotation of old to the field that took its place. */
function upgradesClass(next: PersistentVolumeClaim, old: PersistentVolumeClaim): boolean {
  const before = old.metadata.annotations?.[classAnnotation];
  const after = next.metadata.annotations?.[classAnnotation];
  if (before === undefined || old.spec.storageClassName !== undefined) return false;
  return next.spec.storageClassName === before && (after === undefined || after === before);
}

/** Smaller than wanted, to give up a growth that failed, but never as small as what there is. */
function* notShrunk(next: PersistentVolumeClaim, old: PersistentVolumeClaim): Findings {
  const [after, before] = [next.spec.resources?.requests?.['storage'], old.spec.resources?.requests?.['storage']];
  if (after === undefined || before === undefined || compareQuantities(after, before) >= 0) return;
  if (compareQuantities(after, old.status?.capacity?.['storage'] ?? '0') > 0) return;
  yield fieldForbidden('spec.resources.requests.storage', 'field can not be less than status.capacity');
}

function* classNotRemoved({ spec }: PersistentVolumeClaim, old: PersistentVolumeClaim): Findings {
  const name = spec.volumeAttributesClassName;
  if (name === old.spec.volumeAttributesClassName) return;
  if (old.status?.currentVolumeAttributesClassName === undefined) return;
  const field = 'spec.volumeAttributesClassName';
  if (name === undefined) yield fieldForbidden(field, 'update from non-nil value to nil is forbidden');
  else if (name === '') yield fieldForbidden(field, 'update from non-nil value to an empty string is forbidden');
}

const resizeStatuses = [
  'ControllerResizeInProgress',
  'ControllerResizeInfeasible',
  'NodeResizePending',
  'NodeResizeInProgress',
  'NodeResizeInfeasible',
];

export function* claimStatus({ spec, status }: PersistentVolumeClaim): Findings {
  if ((spec.accessModes ?? []).length === 0) yield fieldRequired('Spec.accessModes');
  for (const [name, amount] of Object.entries(status?.capacity ?? {})) {
    if (parseQuantity(amount).nano < 0n) {
      yield fieldInvalid(`status.capacity[${name}]`, amount, 'must be a valid resource quantity');
    }
  }
  for (const [name, state] of Object.entries(status?.allocatedResourceStatuses ?? {})) {
    if (resizeStatuses.includes(state)) continue;
    yield fieldNotSupported(`status.allocatedResourceStatus[${name}]`, state, resizeStatuses.toSorted());
  }
  for (const [name, amount] of Object.entries(status?.allocatedResources ?? {})) {
    const { nano } = parseQuantity(amount);
    const at = `status.allocatedResources[${name}]`;
    if (nano < 0n) yield fieldInvalid(at, amount, 'must be greater than or equal to 0');
    else if (nano % 1_000_000_000n !== 0n) yield fieldInvalid(at, amount, 'must be an integer');
  }
}
