import type { ClusterEvent } from './cluster-event.ts';
import type { ClusterView } from './cluster-state.ts';
import type { CycleState } from './cycle-state.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-info.ts';

export const maxNodeScore = 100;

/** Why a node (Filter), or every node (PreFilter), is not for a pod. */
export interface Rejection {
  /** No pod leaving the node would help. */
  readonly unresolvable: boolean;
  readonly reasons: readonly string[];
}

/** What PreFilter may answer besides nothing. */
export type PreFilterAnswer =
  | 'skip' // this plugin's Filter has nothing to say of this pod
  | { readonly rejection: Rejection }
  | { readonly nodeNames: ReadonlySet<string> };

/** A pod waiting to be decided on, as QueueSort sees it. */
export interface Waiting {
  readonly info: PodInfo;
  readonly queuedMs: number;
}

/**
 * Upstream's extension points, in the order in which a pod meets them. Those up to Score are pure: they must not await,
 * and must not change what they are given. A method left out has nothing to say.
 */
export interface Plugin {
  readonly name: string;
  /** What its scores count; 1 unless told. */
  readonly weight?: number;

  /** Why the pod may not be tried yet. */
  preEnqueue?(info: PodInfo): string | undefined;
  /** QueueSort: exactly one plugin has it. Negative when `a` comes first. */
  compare?(a: Waiting, b: Waiting): number;
  preFilter?(cycle: CycleState, info: PodInfo, view: ClusterView): PreFilterAnswer | undefined;
  filter?(cycle: CycleState, info: PodInfo, node: NodeInfo): Rejection | undefined;
  /** When no node is left: what is said of it to the user. */
  postFilter?(info: PodInfo, diagnosis: Diagnosis, view: ClusterView): string | undefined;
  preScore?(cycle: CycleState, info: PodInfo, nodes: readonly NodeInfo[]): 'skip' | undefined;
  score?(cycle: CycleState, info: PodInfo, node: NodeInfo, view: ClusterView): number;
  /** Brings this plugin's scores, in place, between 0 and maxNodeScore. */
  normalizeScores?(cycle: CycleState, scores: number[]): void;

  reserve?(info: PodInfo, nodeName: string): void;
  unreserve?(info: PodInfo, nodeName: string): void;
  /** May hold the pod before it is bound; throw to refuse. */
  permit?(info: PodInfo, nodeName: string, signal: AbortSignal): Promise<void>;
  preBind?(info: PodInfo, nodeName: string, signal: AbortSignal): Promise<void>;
  /** True when this plugin has bound the pod; the first to do so is the last to be asked. */
  bind?(info: PodInfo, nodeName: string, signal: AbortSignal): Promise<boolean>;
  postBind?(info: PodInfo, nodeName: string): void;

  /** Queueing hint: whether the event may make a pod schedulable that this plugin rejected. */
  mayHelp?(event: ClusterEvent, info: PodInfo): boolean;
}
