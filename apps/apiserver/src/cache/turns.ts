/**
 * Long work takes turns: whatever is under way, all of it together holds the event loop for one slice at a time, and
 * then connections and timers (the heartbeats of the store among them) are heard. If each yielded by itself, as many
 * slices as there are large requests would come one after another, as Node runs all immediates in one go.
 */
const SLICE_MS = 4;

let sliceEndsMs = 0;
const waiting: (() => void)[] = [];

/** Whether this turn's slice is used up: who has more to do awaits `nextTurn()`. Cheap; to be asked each few items. */
export function isTurnOver(): boolean {
  return performance.now() >= sliceEndsMs;
}

/** A slice of one's own, in the order of asking, with a turn of the event loop before it. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (waiting.push(resolve) === 1) setImmediate(begin);
  });
}

function begin(): void {
  sliceEndsMs = performance.now() + SLICE_MS;
  const first = waiting.shift()!;
  if (waiting.length > 0) setImmediate(begin);
  first();
}
