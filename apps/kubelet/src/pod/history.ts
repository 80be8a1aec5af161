import type { BackOff } from './back-off.ts';

/** What the kubelet remembers of one pod between rounds, and Docker does not show. Keys are container names or ids. */
export interface PodHistory {
  /** When this kubelet first saw the pod: status.startTime. */
  readonly acceptedAtMs: number;
  /** Set once the pod must end in phase Failed: refused at admission, or past its active deadline. */
  failed?: { readonly reason: string; readonly message: string } | undefined;
  /** By container name. */
  readonly restarts: Record<string, BackOff>;
  /** By container name: why the last try to start it came to nothing, and when to try again. */
  readonly holds: Record<string, Hold>;
  /** By container name: an image pull under way. */
  readonly pulling: Record<string, true>;
  /** By container name: the image that a pull has just brought, for the start that asked for it. */
  readonly pulled: Record<string, string>;
  /** By container id: a stop under way, and when it ends in SIGKILL. */
  readonly kills: Record<string, { readonly deadlineMs: number }>;
  /** By container id: the postStart hook. No entry means none, or one that ran before this kubelet started. */
  readonly hooks: Record<string, 'running' | 'done' | 'failed'>;
  /** By container id: what the probes say. */
  readonly probes: Record<string, ProbeVerdict>;
  /** Why volumes or the sandbox could not be made, and when to try again. */
  sandboxHold?: Hold | undefined;
  /** Every resource but dead containers was given back: the pod has ended. */
  released: boolean;
}

export interface Hold {
  readonly reason: string;
  readonly message: string;
  readonly sinceMs: number;
  readonly untilMs: number;
  /** Shown once the first message was seen: ImagePullBackOff's. */
  readonly backOffMessage?: string | undefined;
}

export interface ProbeVerdict {
  /** The startup probe has succeeded. Undefined: there is none. */
  readonly started?: boolean | undefined;
  /** Undefined: there is no readiness probe. */
  readonly ready?: boolean | undefined;
  /** A probe whose failure kills the container. */
  readonly failed?: 'liveness' | 'startup' | undefined;
}

export function newHistory(acceptedAtMs: number): PodHistory {
  return {
    acceptedAtMs,
    restarts: {},
    holds: {},
    pulling: {},
    pulled: {},
    kills: {},
    hooks: {},
    probes: {},
    released: false,
  };
}
