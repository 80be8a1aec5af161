import type { Batch } from './command.ts';
import type { State } from './state.ts';

/** What is remembered of one proposer, so that what it proposed twice is applied once. */
export interface Session {
  origin: number;
  /** All below it are settled: whatever comes of them now is late, and a repetition. */
  settledBelow: number;
  /** Those at or above `settledBelow` that were applied, ascending. */
  applied: number[];
}

/** More proposers than there can be members and restarts within the time of a retry. */
const maxSessions = 64;
/** So many batches of one proposer may be under way; it must not have more. */
export const maxUnsettledBatches = 4096;

/** Whether the batch is to be applied: false when it was before. Notes that it has been. */
export function admit(state: State, batch: Pick<Batch, 'origin' | 'sequence' | 'settledBelow'>): boolean {
  const session = use(state, batch.origin);
  settle(session, batch.settledBelow);
  if (batch.sequence < session.settledBelow) return false;
  const { applied } = session;
  const place = placeOf(applied, batch.sequence);
  if (applied[place] === batch.sequence) return false;
  applied.splice(place, 0, batch.sequence);
  if (applied.length > maxUnsettledBatches) settle(session, (applied[0] as number) + 1);
  return true;
}

/** Whether a batch of that proposer is part of the state, as far as that is remembered. */
export function wasApplied(state: State, origin: number, sequence: number): boolean {
  return state.sessions.find((session) => session.origin === origin)?.applied.includes(sequence) ?? false;
}

/** Moves the proposer's session to the end, which is the place of the one used last. */
function use(state: State, origin: number): Session {
  const { sessions } = state;
  const last = sessions.at(-1);
  if (last?.origin === origin) return last;
  const place = sessions.findIndex((session) => session.origin === origin);
  const session: Session =
    place < 0 ? { origin, settledBelow: 0, applied: [] } : (sessions.splice(place, 1)[0] as Session);
  sessions.push(session);
  if (sessions.length > maxSessions) sessions.shift();
  return session;
}

function settle(session: Session, below: number): void {
  if (below <= session.settledBelow) return;
  session.settledBelow = below;
  session.applied.splice(0, placeOf(session.applied, below));
}

/** Where the sequence is, or belongs. It is nearly always at or near the end. */
function placeOf(applied: number[], sequence: number): number {
  let place = applied.length;
  while (place > 0 && (applied[place - 1] as number) >= sequence) place--;
  return place;
}
