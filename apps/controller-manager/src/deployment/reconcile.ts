import { semanticEqual, type KubeObject } from '@wherry/apimachinery';
import { getCondition, type Deployment, type DeploymentStatus, type Pod, type ReplicaSet } from '@wherry/api';
import { controllerOf } from '../ownership/controller-ref.ts';
import type { CreateStep, DeleteStep, Failure, PatchStep, Plan, PlannedEvent, UpdateStep } from '../runner/plan.ts';
import { desiredReplicas, newSetAnnotations, revisionAnnotation, revisionOf, withReplicas } from './annotations.ts';
import { isRolling } from './bounds.ts';
import { condition, setCondition } from './conditions.ts';
import { newReplicaSet } from './new-set.ts';
import { newSetReplicas, proportionalScaling, rollingStep, type Scaling } from './scale.ts';
import { findNewSet, isActive, replicasOf, sameTemplate, sumStatus } from './sets.ts';
import { calculateStatus, deadlineCheckMs, hasDeadline, isComplete, rolloutStatus } from './status.ts';

export interface DeploymentView {
  readonly deployment: Deployment;
  /** The ReplicaSets that belong to it. */
  readonly sets: readonly ReplicaSet[];
  /** Adoptions and releases of ReplicaSets. */
  readonly claims: readonly PatchStep[];
  /** The pods of those ReplicaSets; of interest to Recreate alone, empty otherwise. */
  readonly pods: readonly Pod[];
  readonly failure: Failure | undefined;
  /** After a creation failed because the name was taken: who has it. */
  readonly taken: ReplicaSet | undefined;
}

/** One step of a Deployment towards its spec, as upstream's syncDeployment. */
export function reconcileDeployment(view: DeploymentView, now: number): Plan {
  const { deployment } = view;
  if (selectsEverything(deployment)) return selectingAll(deployment);
  if (view.failure !== undefined) return reportFailure(view, view.failure, now);
  const step = new Step(view, now);
  if (deployment.metadata.deletionTimestamp !== undefined) return step.plan(step.plainStatus());
  step.notePause();
  if (deployment.spec.paused === true) {
    step.scaleInProportion();
    step.cleanUp();
    return step.plan(step.plainStatus());
  }
  if (step.isScalingEvent() && step.scaleInProportion()) return step.plan(step.plainStatus());
  if (isRolling(deployment)) step.rollOn();
  else step.recreate();
  if (isComplete(step.deployment, step.deployment.status)) step.cleanUp();
  return step.plan(rolloutStatus(step.deployment, step.all(), step.newSet, now));
}

/** Gathers the writes of one pass. Sets are never changed: what they will be is in the writes. */
class Step {
  /** With conditions as this pass has changed them. */
  deployment: Deployment;
  newSet: ReplicaSet | undefined;
  readonly oldSets: readonly ReplicaSet[];
  readonly #view: DeploymentView;
  readonly #now: number;
  readonly #creates: CreateStep[] = [];
  readonly #updates: UpdateStep[] = [];
  readonly #deletes: DeleteStep[] = [];
  readonly #events: PlannedEvent[] = [];
  #revision: number | undefined;

  constructor(view: DeploymentView, now: number) {
    this.#view = view;
    this.#now = now;
    this.deployment = view.deployment;
    this.newSet = findNewSet(view.deployment, view.sets);
    this.oldSets = view.sets.filter((set) => set !== this.newSet);
  }

  all(): ReplicaSet[] {
    return this.newSet === undefined ? [...this.oldSets] : [...this.oldSets, this.newSet];
  }

  plainStatus(): DeploymentStatus {
    return calculateStatus(this.deployment, this.all(), this.newSet, this.#now);
  }

  /** A pause stops the clock of the deadline, a resumption starts it anew. */
  notePause(): void {
    const { spec, status } = this.deployment;
    if (!hasDeadline(this.deployment)) return;
    const current = getCondition(status?.conditions, 'Progressing');
    if (current?.reason === 'ProgressDeadlineExceeded') return;
    const noted = current?.reason === 'DeploymentPaused';
    if (spec.paused === true && !noted) this.#say('Unknown', 'DeploymentPaused', 'Deployment is paused');
    else if (spec.paused !== true && noted) this.#say('Unknown', 'DeploymentResumed', 'Deployment is resumed');
  }

  isScalingEvent(): boolean {
    const wanted = this.deployment.spec.replicas ?? 1;
    return this.all().some((set) => isActive(set) && (desiredReplicas(set) ?? wanted) !== wanted);
  }

  /** @returns whether anything is to be written */
  scaleInProportion(): boolean {
    if (this.newSet !== undefined) this.#adoptRevision(this.newSet);
    const before = this.#updates.length;
    for (const scaling of proportionalScaling(this.deployment, this.newSet, this.oldSets)) this.#scale(scaling);
    return this.#updates.length > before;
  }

  rollOn(): void {
    const newSet = this.newSet ?? this.#create();
    if (newSet === this.newSet) this.#adoptRevision(newSet);
    for (const scaling of rollingStep(this.deployment, newSet, this.oldSets)) this.#scale(scaling);
    this.newSet = newSet;
  }

  recreate(): void {
    const active = this.oldSets.filter(isActive);
    if (this.newSet !== undefined) this.#adoptRevision(this.newSet);
    if (active.length > 0) return active.forEach((set) => this.#scale({ set, replicas: 0 }));
    if (this.#oldPodsRun()) return;
    if (this.newSet === undefined) this.newSet = this.#create();
    else this.#scale({ set: this.newSet, replicas: this.deployment.spec.replicas ?? 1 });
  }

  /** Removes the oldest of the ReplicaSets that are kept for a rollback alone. */
  cleanUp(): void {
    const limit = this.deployment.spec.revisionHistoryLimit;
    if (limit === undefined || limit === 2 ** 31 - 1) return;
    const kept = this.oldSets.filter((set) => set.metadata.deletionTimestamp === undefined);
    const oldest = kept.toSorted((a, b) => revisionOf(a) - revisionOf(b));
    for (const set of oldest.slice(0, Math.max(0, kept.length - limit))) {
      const { generation = 0, namespace, name, uid } = set.metadata;
      if (replicasOf(set) !== 0 || (set.status?.replicas ?? 0) !== 0) continue;
      if (generation > (set.status?.observedGeneration ?? 0)) continue;
      this.#deletes.push({ resource: 'replicasets.apps', namespace, name, uid });
    }
  }

  plan(status: DeploymentStatus): Plan {
    const { deployment, claims } = this.#view;
    const object: Deployment = { ...deployment, metadata: this.#metadata(), status };
    return {
      patch: [...claims, ...this.#revisionPatch()],
      create: this.#creates,
      update: this.#updates,
      delete: this.#deletes,
      status: semanticEqual(deployment.status, status) ? [] : [{ resource: 'deployments.apps', object }],
      events: this.#events,
      requeueAfterMs: deadlineCheckMs(deployment, status, this.#now),
    };
  }

  #create(): ReplicaSet {
    const base = newReplicaSet(this.deployment);
    const replicas = newSetReplicas(this.deployment, this.oldSets, 0);
    const revision = this.#nextRevision();
    const annotations = withReplicas(newSetAnnotations(this.deployment, undefined, revision), this.deployment);
    const set: ReplicaSet = {
      ...base,
      metadata: { ...base.metadata, annotations },
      spec: { ...base.spec, replicas },
    };
    const { name } = set.metadata;
    const scaled = { reason: 'ScalingReplicaSet', message: `Scaled up replica set ${name} from 0 to ${replicas}` };
    this.#creates.push({
      resource: 'replicasets.apps',
      object: set,
      announce: {
        about: this.deployment,
        done: replicas > 0 ? scaled : undefined,
        failed: { reason: 'ReplicaSetCreateError', message: createError(name) },
      },
    });
    this.#revision = revision;
    if (hasDeadline(this.deployment)) {
      this.#say('True', 'NewReplicaSetCreated', `Created new replica set "${name}"`);
    }
    return set;
  }

  /** The new ReplicaSet may be one of before: then it gets the newest revision (that is what a rollback is). */
  #adoptRevision(set: ReplicaSet): void {
    const annotations = newSetAnnotations(this.deployment, set.metadata.annotations, this.#nextRevision());
    const { minReadySeconds } = this.deployment.spec;
    if (
      !semanticEqual(annotations, set.metadata.annotations) ||
      (set.spec.minReadySeconds ?? 0) !== (minReadySeconds ?? 0)
    ) {
      this.#updateSet(set, annotations, { ...set.spec, minReadySeconds });
    }
    this.#revision = Number(annotations[revisionAnnotation]);
    if (hasDeadline(this.deployment) && getCondition(this.deployment.status?.conditions, 'Progressing') === undefined) {
      this.#say('True', 'FoundNewReplicaSet', `Found new replica set "${set.metadata.name}"`);
    }
  }

  #nextRevision(): number {
    return Math.max(0, ...this.oldSets.map(revisionOf)) + 1;
  }

  /** Old ReplicaSets' pods, or pods of none, that still run. */
  #oldPodsRun(): boolean {
    if (sumStatus(this.oldSets, 'replicas') > 0) return true;
    const newUid = this.newSet?.metadata.uid;
    return this.#view.pods.some((pod) => {
      const { phase } = pod.status ?? {};
      if (phase === 'Failed' || phase === 'Succeeded') return false;
      return newUid === undefined || !pod.metadata.ownerReferences?.some((reference) => reference.uid === newUid);
    });
  }

  #scale({ set, replicas }: Scaling): void {
    const from = replicasOf(set);
    const pending = this.#updates.find((update) => update.object.metadata.uid === set.metadata.uid)?.object;
    const annotations = withReplicas((pending ?? set).metadata.annotations, this.deployment);
    if (from === replicas && semanticEqual(annotations, (pending ?? set).metadata.annotations)) return;
    if (from === 0 && replicas === 0) return;
    const { spec } = (pending as ReplicaSet | undefined) ?? set;
    const way = replicas > from ? 'up' : 'down';
    const message = `Scaled ${way} replica set ${set.metadata.name} from ${from} to ${replicas}`;
    this.#updateSet(set, annotations, { ...spec, replicas }, replicas === from ? undefined : message);
  }

  #updateSet(set: ReplicaSet, annotations: Record<string, string>, spec: ReplicaSet['spec'], message?: string): void {
    // A ReplicaSet to be created carries its numbers already.
    if (set.metadata.uid === undefined) return;
    const object: KubeObject & ReplicaSet = { ...set, metadata: { ...set.metadata, annotations }, spec };
    const done = message === undefined ? undefined : { reason: 'ScalingReplicaSet', message };
    const update = { resource: 'replicasets.apps', object, announce: { about: this.deployment, done } };
    const at = this.#updates.findIndex((other) => other.object.metadata.uid === set.metadata.uid);
    if (at === -1) this.#updates.push(update);
    else this.#updates[at] = update;
  }

  #say(status: 'True' | 'Unknown', reason: string, message: string): void {
    const made = condition('Progressing', status, reason, message, this.#now);
    const conditions = setCondition(this.deployment.status?.conditions, made);
    this.deployment = { ...this.deployment, status: { ...this.deployment.status, conditions } };
  }

  /** An apiserver that takes annotations with a status must not get the old revision back. */
  #metadata(): Deployment['metadata'] {
    const { metadata } = this.#view.deployment;
    if (this.#revision === undefined) return metadata;
    return { ...metadata, annotations: { ...metadata.annotations, [revisionAnnotation]: String(this.#revision) } };
  }

  #revisionPatch(): PatchStep[] {
    const { deployment } = this.#view;
    if (this.#revision === undefined || revisionOf(deployment) === this.#revision) return [];
    const { namespace, name, uid } = deployment.metadata;
    const annotations = { [revisionAnnotation]: String(this.#revision) };
    return [
      { resource: 'deployments.apps', namespace, name, uid, type: 'merge', patch: { metadata: { annotations, uid } } },
    ];
  }
}

function createError(name: string): string {
  return `Failed to create new replica set "${name}": {error}`;
}

/** A taken name means another hash next time; anything else is told in the condition Progressing. */
function reportFailure(view: DeploymentView, failure: Failure, now: number): Plan {
  const { deployment, taken } = view;
  if (failure.verb !== 'create') return {};
  let status: DeploymentStatus = { ...deployment.status };
  if (failure.reason === 'AlreadyExists') {
    // Our own, which the cache has not shown yet.
    if (
      taken === undefined ||
      (controllerOf(taken)?.uid === deployment.metadata.uid && sameTemplate(deployment, taken))
    )
      return {};
    status = { ...status, collisionCount: (status.collisionCount ?? 0) + 1 };
  } else if (hasDeadline(deployment)) {
    const message = createError(failure.name).replace('{error}', () => failure.message);
    const made = condition('Progressing', 'False', 'ReplicaSetCreateError', message, now);
    status = { ...status, conditions: setCondition(status.conditions, made) };
  }
  if (semanticEqual(status, deployment.status)) return {};
  return { status: [{ resource: 'deployments.apps', object: { ...deployment, status } as Deployment }] };
}

function selectsEverything({ spec: { selector } }: Deployment): boolean {
  return Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0;
}

function selectingAll(deployment: Deployment): Plan {
  const message = 'This deployment is selecting all pods. A non-empty selector is required.';
  const event: PlannedEvent = { about: deployment, type: 'Warning', reason: 'SelectingAll', message };
  const { generation } = deployment.metadata;
  if ((deployment.status?.observedGeneration ?? 0) >= (generation ?? 0)) return { events: [event] };
  const object = { ...deployment, status: { ...deployment.status, observedGeneration: generation } };
  return { status: [{ resource: 'deployments.apps', object }], events: [event] };
}
