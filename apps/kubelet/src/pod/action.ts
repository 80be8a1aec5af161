/** Which list of the pod's spec a container stands in. */
export type ContainerKind = 'init' | 'app' | 'ephemeral';

/** What the executor does next, in order; starts in one plan may run at the same time. */
export type Action =
  | { readonly type: 'createSandbox'; readonly attempt: number; readonly changed: boolean }
  | { readonly type: 'stopSandbox'; readonly id: string }
  | {
      readonly type: 'startContainer';
      readonly kind: ContainerKind;
      readonly name: string;
      readonly attempt: number;
      /** The exit of the instance before, for the back-off; undefined for a first start. */
      readonly afterExitMs?: number | undefined;
    }
  | {
      readonly type: 'killContainer';
      readonly id: string;
      readonly name: string;
      readonly graceSeconds: number;
      readonly message: string;
    }
  | { readonly type: 'removeContainer'; readonly id: string }
  /** Gives back address, volumes and sandboxes of a pod that has ended; its dead containers stay for their logs. */
  | { readonly type: 'release' }
  /** Removes every trace of the pod from this node. */
  | { readonly type: 'tearDown' };

export interface PodPlan {
  readonly actions: readonly Action[];
  /** Plan again at this time even if nothing happens; undefined: only when something does. */
  readonly wakeAtMs?: number | undefined;
}
