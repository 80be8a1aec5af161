/** What Docker shows of one pod; plain data made by docker/observe.ts, read by the planner and the status. Times: ms. */
export interface ObservedPod {
  /** Newest first. */
  readonly sandboxes: readonly ObservedSandbox[];
  /** Init, sidecar and app containers alike, newest attempt first. */
  readonly containers: readonly ObservedContainer[];
}

export interface ObservedSandbox {
  readonly id: string;
  readonly attempt: number;
  readonly running: boolean;
  readonly pid: number;
  readonly createdAtMs: number;
  /** The pod's address; '' until the network stands (always '' for a pod on the host's network). */
  readonly ip: string;
  /** The namespace has its interface and address; true for a running sandbox on the host's network. */
  readonly networkReady: boolean;
}

export interface ObservedContainer {
  readonly id: string;
  readonly name: string;
  /** Counts from 0 over the pod's life: upstream's restartCount. */
  readonly attempt: number;
  readonly sandboxId: string;
  readonly state: 'created' | 'running' | 'exited';
  readonly pid: number;
  readonly createdAtMs: number;
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  readonly exitCode: number;
  readonly oomKilled: boolean;
  /** Docker's words when the process could not be started. */
  readonly startError: string;
  /** The termination message, once exited. */
  readonly message: string;
  readonly image: string;
  /** docker://sha256:... or docker-pullable://name@sha256:... */
  readonly imageId: string;
  /** Of the container's spec when it was created; another hash means the definition changed. */
  readonly specHash: string;
}

export const nothingObserved: ObservedPod = { sandboxes: [], containers: [] };

/** The newest instance of a container, in one sandbox when given. */
export function newestOf(observed: ObservedPod, name: string, sandboxId?: string): ObservedContainer | undefined {
  return observed.containers.find((c) => c.name === name && (sandboxId === undefined || c.sandboxId === sandboxId));
}
