import {
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  isPercent,
  selectorMatches,
  type LabelSelector,
} from '@wherry/apimachinery';
import type { Deployment, DeploymentSpec } from '../apps/deployment.ts';
import type { ReplicaSet } from '../apps/replicaset.ts';
import type { ReplicationController } from '../core/replication-controller.ts';
import type { PodSpec, PodTemplateSpec } from '../core/pod.ts';
import { labelSelector } from './label-selector.ts';
import { validateImmutable } from './metadata.ts';
import { podTemplate } from './pod-spec.ts';
import { matching, nonNegative, type Findings } from './value-rules.ts';

export function* deployment({ spec }: Deployment): Findings {
  yield* nonNegative(spec.replicas, 'spec.replicas');
  yield* selector(spec.selector);
  yield* template(spec.template, spec.selector);
  yield* strategy(spec, 'spec.strategy');
  yield* nonNegative(spec.minReadySeconds, 'spec.minReadySeconds');
  yield* nonNegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit');
  const deadline = spec.progressDeadlineSeconds;
  yield* nonNegative(deadline, 'spec.progressDeadlineSeconds');
  if (deadline !== undefined && deadline <= (spec.minReadySeconds ?? 0)) {
    yield fieldInvalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds');
  }
}

export function* deploymentUpdate(next: Deployment, old: Deployment): Findings {
  yield* deployment(next);
  yield* validateImmutable(next.spec.selector, old.spec.selector, 'spec.selector');
}

export function* replicaSet({ spec }: ReplicaSet): Findings {
  yield* nonNegative(spec.replicas, 'spec.replicas');
  yield* nonNegative(spec.minReadySeconds, 'spec.minReadySeconds');
  yield* selector(spec.selector);
  if (spec.template === undefined) yield fieldRequired('spec.template');
  else yield* template(spec.template, spec.selector);
}

export function* replicaSetUpdate(next: ReplicaSet, old: ReplicaSet): Findings {
  yield* replicaSet(next);
  yield* validateImmutable(next.spec.selector, old.spec.selector, 'spec.selector');
}

/** The counts of a status: none negative, and none more than there are replicas. */
export function* replicaCounts(object: Deployment | ReplicaSet | ReplicationController): Findings {
  const counts: Readonly<Record<string, unknown>> = { ...object.status };
  const replicas = object.status?.replicas ?? 0;
  for (const name of [
    'replicas',
    'fullyLabeledReplicas',
    'updatedReplicas',
    'readyReplicas',
    'availableReplicas',
    'unavailableReplicas',
  ]) {
    const value = counts[name];
    if (typeof value !== 'number') continue;
    yield* nonNegative(value, `status.${name}`);
    if (name !== 'unavailableReplicas' && value > replicas) {
      yield fieldInvalid(`status.${name}`, value, 'cannot be greater than status.replicas');
    }
  }
  const available = object.status?.availableReplicas ?? 0;
  if (available > (object.status?.readyReplicas ?? 0)) {
    yield fieldInvalid('status.availableReplicas', available, 'cannot be greater than readyReplicas');
  }
}

/** Absence has words of its own, though the type says that it is there: the decoder leaves it out. */
function* selector(value: LabelSelector | undefined): Findings {
  if (value === undefined) {
    yield fieldRequired('spec.selector');
    return;
  }
  yield* labelSelector(value, 'spec.selector');
  if (Object.keys(value.matchLabels ?? {}).length + (value.matchExpressions ?? []).length === 0) {
    yield fieldInvalid('spec.selector', value, 'empty selector is invalid for deployment');
  }
}

function* template(value: PodTemplateSpec, owner: LabelSelector | undefined): Findings {
  const labels = value.metadata?.labels;
  const isValid = [...labelSelector(owner, '')].length === 0;
  if (isValid && !selectorMatches(owner, labels)) {
    yield fieldInvalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`');
  }
  yield* podTemplate(value, 'spec.template');
  yield* restartsAlways(value.spec, 'spec.template.spec', 'ReplicaSet');
}

function* strategy({ strategy: value }: DeploymentSpec, field: string): Findings {
  const rolling = value?.rollingUpdate;
  switch (value?.type) {
    case 'Recreate':
      if (rolling !== undefined) {
        yield fieldForbidden(`${field}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'");
      }
      return;
    case 'RollingUpdate':
      if (rolling === undefined) {
        yield fieldRequired(`${field}.rollingUpdate`, 'this should be defaulted and never be nil');
        return;
      }
      yield* intOrPercent(rolling.maxUnavailable, `${field}.rollingUpdate.maxUnavailable`);
      yield* intOrPercent(rolling.maxSurge, `${field}.rollingUpdate.maxSurge`);
      if (amount(rolling.maxUnavailable) === 0 && amount(rolling.maxSurge) === 0) {
        const at = `${field}.rollingUpdate.maxUnavailable`;
        yield fieldInvalid(at, rolling.maxUnavailable, 'may not be 0 when `maxSurge` is 0');
      }
      yield* atMostAll(rolling.maxUnavailable, `${field}.rollingUpdate.maxUnavailable`);
      return;
    default:
      yield fieldNotSupported(`${field}.type`, value?.type ?? '', ['Recreate', 'RollingUpdate']);
  }
}

/** A count or a percentage, not negative. */
export function* intOrPercent(value: number | string | undefined, field: string): Findings {
  if (typeof value === 'string') yield* matching(isPercent(value), value, field);
  else yield* nonNegative(value, field);
}

/** The number of it, of pods or percent. */
export function amount(value: number | string | undefined): number {
  return typeof value === 'string' ? Number.parseInt(value, 10) : (value ?? 0);
}

/** A percentage of no more than a hundred. */
export function* atMostAll(value: number | string | undefined, field: string): Findings {
  if (typeof value === 'string' && isPercent(value).length === 0 && amount(value) > 100) {
    yield fieldInvalid(field, value, 'must not be greater than 100%');
  }
}

/** What the templates of workloads that never end have in common; `kind` is for the words. */
export function* restartsAlways(spec: PodSpec, field: string, kind: string): Findings {
  if (spec.restartPolicy !== 'Always')
    yield fieldNotSupported(`${field}.restartPolicy`, spec.restartPolicy, ['Always']);
  if (spec.activeDeadlineSeconds !== undefined) {
    yield fieldForbidden(`${field}.activeDeadlineSeconds`, `activeDeadlineSeconds in ${kind} is not Supported`);
  }
}
