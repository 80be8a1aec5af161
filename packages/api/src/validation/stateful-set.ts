import {
  deepEqual,
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  isDns1035Label,
  selectorMatches,
} from '@wherry/apimachinery';
import type { ControllerRevision } from '../apps/controller-revision.ts';
import type { StatefulSet, StatefulSetSpec } from '../apps/statefulset.ts';
import { isEmptySelector, notDecremented } from './daemon-set.ts';
import { labelSelector } from './label-selector.ts';
import { validateAnnotations, validateImmutable, validateLabels } from './metadata.ts';
import { matching, nonNegative, type Findings } from './value-rules.ts';
import { amount, atMostAll, intOrPercent, restartsAlways } from './workload.ts';

export function* statefulSet(set: StatefulSet): Findings {
  yield* statefulSetSpec(set.spec);
  if (set.spec.serviceName) {
    yield* matching(isDns1035Label(set.spec.serviceName), set.spec.serviceName, 'spec.serviceName');
  }
}

function* statefulSetSpec(spec: StatefulSetSpec): Findings {
  const policy = spec.podManagementPolicy ?? '';
  if (policy === '') yield fieldRequired('spec.podManagementPolicy');
  else if (policy !== 'OrderedReady' && policy !== 'Parallel') {
    yield fieldInvalid('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'");
  }
  yield* updateStrategy(spec);
  yield* retention(spec);
  yield* nonNegative(spec.replicas, 'spec.replicas');
  yield* nonNegative(spec.minReadySeconds, 'spec.minReadySeconds');
  yield* nonNegative(spec.ordinals?.start, 'spec.ordinals.start');
  const { selector, template } = spec;
  if (selector === undefined) yield fieldRequired('spec.selector');
  else {
    yield* labelSelector(selector, 'spec.selector');
    if (isEmptySelector(selector)) {
      yield fieldInvalid('spec.selector', selector, 'empty selector is invalid for statefulset');
    }
  }
  const labels = template.metadata?.labels;
  const selects = selector !== undefined && !isEmptySelector(selector) && [...labelSelector(selector, '')].length === 0;
  if (selects && !selectorMatches(selector, labels)) {
    yield fieldInvalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`');
  }
  // The spec of the pods is judged when they are made: its volumes are known only together with their claims.
  yield* validateLabels(labels, 'spec.template.labels');
  yield* validateAnnotations(template.metadata?.annotations, 'spec.template.annotations');
  yield* restartsAlways(template.spec, 'spec.template.spec', 'StatefulSet');
}

function* updateStrategy({ updateStrategy: strategy }: StatefulSetSpec): Findings {
  const field = 'spec.updateStrategy';
  const rolling = strategy?.rollingUpdate;
  switch (strategy?.type ?? '') {
    case '':
      return yield fieldRequired(field);
    case 'OnDelete':
      if (rolling !== undefined) {
        yield fieldInvalid(`${field}.rollingUpdate`, rolling, "only allowed for updateStrategy 'RollingUpdate'");
      }
      return;
    case 'RollingUpdate': {
      const at = `${field}.rollingUpdate`;
      yield* nonNegative(rolling?.partition, `${at}.partition`);
      const most = rolling?.maxUnavailable;
      if (most === undefined) return;
      yield* intOrPercent(most, `${at}.maxUnavailable`);
      if (amount(most) === 0) yield fieldInvalid(`${at}.maxUnavailable`, most, 'cannot be 0');
      return yield* atMostAll(most, `${at}.maxUnavailable`);
    }
    default:
      return yield fieldInvalid(field, strategy, "must be 'RollingUpdate' or 'OnDelete'");
  }
}

function* retention({ persistentVolumeClaimRetentionPolicy: policy }: StatefulSetSpec): Findings {
  for (const name of ['whenDeleted', 'whenScaled'] as const) {
    const value = policy?.[name];
    if (policy === undefined || value === 'Retain' || value === 'Delete') continue;
    yield fieldNotSupported(`spec.persistentVolumeClaimRetentionPolicy.${name}`, value ?? '', ['Retain', 'Delete']);
  }
}

const mutable = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
] as const;

export function* statefulSetUpdate(next: StatefulSet, old: StatefulSet): Findings {
  yield* statefulSetSpec(next.spec);
  const rest: Record<string, unknown> = { ...next.spec };
  const before: Record<string, unknown> = { ...old.spec };
  for (const name of mutable) rest[name] = before[name];
  if (deepEqual(rest, before)) return;
  const names = mutable.map((name) => `'${name}'`);
  const list = `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  yield fieldForbidden('spec', `updates to statefulset spec for fields other than ${list} are forbidden`);
}

export function* statefulSetStatus({ status }: StatefulSet, old: StatefulSet): Findings {
  const counts = ['replicas', 'readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'] as const;
  for (const name of [...counts, 'observedGeneration', 'collisionCount'] as const) {
    yield* nonNegative(status?.[name], `status.${name}`);
  }
  const replicas = status?.replicas ?? 0;
  for (const name of ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'] as const) {
    const value = status?.[name] ?? 0;
    if (value > replicas) yield fieldInvalid(`status.${name}`, value, 'cannot be greater than status.replicas');
  }
  const available = status?.availableReplicas ?? 0;
  if (available > (status?.readyReplicas ?? 0)) {
    yield fieldInvalid('status.availableReplicas', available, 'cannot be greater than readyReplicas');
  }
  yield* notDecremented(status?.collisionCount, old.status?.collisionCount);
}

export function* controllerRevision(revision: ControllerRevision): Findings {
  if (revision.data === undefined) yield fieldRequired('data', 'data is mandatory');
  yield* nonNegative(revision.revision, 'revision');
}

export function* controllerRevisionUpdate(next: ControllerRevision, old: ControllerRevision): Findings {
  yield* controllerRevision(next);
  yield* validateImmutable(next.data, old.data, 'data');
}
