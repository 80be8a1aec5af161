/**
 * The list/watch state machine, as pure steps: what to do next after what happened. List once, watch from there; a
 * lost watch resumes from the last resourceVersion seen (events and bookmarks); only when the server says that this
 * version is gone (410) is everything listed again.
 */
export type InformerState =
  | { readonly name: 'listing'; readonly resourceVersion: string; readonly failures: number }
  | {
      readonly name: 'watching';
      readonly resourceVersion: string;
      readonly sinceMs: number;
      readonly active: boolean;
      readonly failures: number;
    }
  | {
      readonly name: 'waiting';
      readonly next: 'list' | 'watch';
      readonly resourceVersion: string;
      readonly delayMs: number;
      readonly failures: number;
    };

export type InformerInput =
  | { readonly type: 'listed'; readonly resourceVersion: string }
  | { readonly type: 'listFailed'; readonly failure: Failure }
  | { readonly type: 'progress'; readonly resourceVersion: string }
  /** Without a failure: ended by the server's timeout, or by us because it had been silent. */
  | { readonly type: 'watchEnded'; readonly failure?: Failure | undefined }
  | { readonly type: 'waited' };

/** `expired`: 410. `rejected`: an answer that trying again will not change soon. `unavailable`: everything else. */
export type Failure = 'expired' | 'rejected' | 'unavailable';

export interface InformerTiming {
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  /** A watch that ends sooner, and brought nothing, counts as a failure. */
  readonly shortWatchMs: number;
}
export const informerTiming: InformerTiming = { firstDelayMs: 100, maxDelayMs: 30_000, shortWatchMs: 1_000 };

/** `0` lets the server answer from its cache, whatever its age; empty asks for the newest. */
export const firstState: InformerState = { name: 'listing', resourceVersion: '0', failures: 0 };

/** @param jitter in [0, 1): spreads the clients of a server that came back */
export function stepInformer(
  state: InformerState,
  input: InformerInput,
  nowMs: number,
  jitter: number,
  timing: InformerTiming = informerTiming,
): InformerState {
  switch (input.type) {
    case 'listed':
      return watching(input.resourceVersion, nowMs, 0);
    case 'listFailed': {
      const resourceVersion = input.failure === 'expired' ? '' : state.resourceVersion;
      // At once the first time: asking for the newest is another question.
      if (input.failure === 'expired' && state.resourceVersion !== '') {
        return { name: 'listing', resourceVersion, failures: state.failures };
      }
      return waiting('list', resourceVersion, state.failures, jitter, timing);
    }
    case 'progress':
      if (state.name !== 'watching') return state;
      return { ...state, resourceVersion: input.resourceVersion, active: true, failures: 0 };
    case 'watchEnded':
      return afterWatch(state, input.failure, nowMs, jitter, timing);
    case 'waited':
      if (state.name !== 'waiting') return state;
      if (state.next === 'watch') return watching(state.resourceVersion, nowMs, state.failures);
      return { name: 'listing', resourceVersion: state.resourceVersion, failures: state.failures };
  }
}

function afterWatch(
  state: InformerState,
  failure: Failure | undefined,
  nowMs: number,
  jitter: number,
  timing: InformerTiming,
): InformerState {
  const { resourceVersion } = state;
  if (failure === 'expired') return { name: 'listing', resourceVersion: '', failures: state.failures };
  if (failure === 'rejected') return waiting('list', resourceVersion, state.failures, jitter, timing);
  const lived = state.name === 'watching' && (state.active || nowMs - state.sinceMs >= timing.shortWatchMs);
  const failures = lived ? 0 : state.failures;
  if (failure === undefined && lived) return watching(resourceVersion, nowMs, 0);
  return waiting('watch', resourceVersion, failures, jitter, timing);
}

function watching(resourceVersion: string, nowMs: number, failures: number): InformerState {
  return { name: 'watching', resourceVersion, sinceMs: nowMs, active: false, failures };
}

function waiting(
  next: 'list' | 'watch',
  resourceVersion: string,
  failures: number,
  jitter: number,
  timing: InformerTiming,
): InformerState {
  const delayMs = Math.min(timing.maxDelayMs, timing.firstDelayMs * 2 ** Math.min(failures, 20)) * (1 + jitter);
  return { name: 'waiting', next, resourceVersion, delayMs: Math.round(delayMs), failures: failures + 1 };
}
