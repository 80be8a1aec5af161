import type { KubeObject } from '@wherry/apimachinery';

/**
 * What a controller wants done to the world, as plain data. Resources are named by their group resource (`pods`,
 * `replicasets.apps`). The parts are carried out in the order of the fields here; a failure skips what follows it, and
 * the key is tried again after a pause.
 */
export interface Plan<M = unknown> {
  readonly patch?: readonly PatchStep[] | undefined;
  /** In batches of 1, 2, 4, ... as long as all succeed, so that a quota or a bad template costs one request. */
  readonly create?: readonly CreateStep[] | undefined;
  readonly update?: readonly UpdateStep[] | undefined;
  readonly delete?: readonly DeleteStep[] | undefined;
  readonly deleteCollection?: readonly DeleteCollectionStep[] | undefined;
  readonly status?: readonly UpdateStep[] | undefined;
  /** Requests to be written to their `approval` subresource. */
  readonly approval?: readonly UpdateStep[] | undefined;
  /** Namespaces to be written to their `finalize` subresource. */
  readonly finalize?: readonly UpdateStep[] | undefined;
  readonly events?: readonly PlannedEvent[] | undefined;
  /** Look again after this long, whatever happens. */
  readonly requeueAfterMs?: number | undefined;
  /** Kept in memory for the key and given back with the next view; lost at a restart. */
  readonly remember?: M | undefined;
}

/** An object fit to be told about in an Event, and to be written to. */
export interface Subject {
  readonly apiVersion?: string | undefined;
  readonly kind?: string | undefined;
  readonly metadata: KubeObject['metadata'];
}

export interface PlannedEvent {
  readonly about: Subject;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** Said when a step is done or has failed: `{name}` is the object's name, `{error}` the error's message. */
export interface Announcement {
  readonly about: Subject;
  readonly done?: { readonly reason: string; readonly message: string } | undefined;
  readonly failed?: { readonly reason: string; readonly message: string } | undefined;
}

/** Asked of the apiserver, not of the cache, before the step is taken; when it does not hold, the plan fails. */
export interface Verification {
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly uid?: string | undefined;
  readonly state: 'alive' | 'absent';
}

export interface CreateStep {
  readonly resource: string;
  readonly object: KubeObject;
  readonly announce?: Announcement | undefined;
  /** That it exists already is as good as having created it. */
  readonly mayExist?: boolean | undefined;
}

export interface UpdateStep {
  readonly resource: string;
  readonly object: KubeObject;
  readonly announce?: Announcement | undefined;
}

export interface PatchStep {
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly uid: string | undefined;
  readonly type: 'merge' | 'strategic' | 'json';
  readonly patch: unknown;
  readonly subresource?: 'status' | undefined;
  readonly verify?: Verification | undefined;
}

export interface DeleteStep {
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly uid: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly gracePeriodSeconds?: number | undefined;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan' | undefined;
  readonly verify?: Verification | undefined;
  readonly announce?: Announcement | undefined;
}

export interface DeleteCollectionStep {
  readonly resource: string;
  readonly namespace: string;
}

/** Which step failed, for cores that report it in a status. */
export interface Failure {
  readonly verb: 'patch' | 'create' | 'update' | 'delete' | 'deleteCollection' | 'status' | 'approval' | 'finalize';
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string;
  /** The Status reason, such as AlreadyExists; empty when no answer came. */
  readonly reason: string;
  readonly message: string;
}
