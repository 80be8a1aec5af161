import type { Probe } from '@wherry/api';

export type ProbeKind = 'startup' | 'liveness' | 'readiness';

/** One probe of one running container. */
export interface ProbeState {
  /** What is shown: changes only after as many equal outcomes in a row as the threshold says. */
  readonly healthy: boolean;
  /** The startup probe has no opinion until it first reached a threshold. */
  readonly decided: boolean;
  readonly lastOutcome: boolean | undefined;
  readonly run: number;
}

/** Before the first outcome a container counts as alive, but neither as ready nor as started. */
export function initialProbeState(kind: ProbeKind): ProbeState {
  return { healthy: kind === 'liveness', decided: kind !== 'startup', lastOutcome: undefined, run: 0 };
}

/** The state after one more outcome. Pure; when to probe is the shell's matter. */
export function stepProbe(state: ProbeState, probe: Probe, outcome: boolean): ProbeState {
  const run = state.lastOutcome === outcome ? state.run + 1 : 1;
  const threshold = outcome ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? 3);
  const reached = run >= threshold;
  return {
    healthy: reached ? outcome : state.healthy,
    decided: state.decided || reached,
    lastOutcome: outcome,
    run: Math.min(run, 1_000_000),
  };
}

/** A probe that has said its last word: a startup probe that succeeded, or one whose failure kills the container. */
export function isProbeDone(kind: ProbeKind, state: ProbeState): boolean {
  if (kind === 'readiness') return false;
  if (kind === 'startup') return state.decided;
  return !state.healthy;
}
