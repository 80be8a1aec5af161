import v8 from 'node:v8';

v8.setFlagsFromString('--allow-natives-syntax');
/**
 * Runs what resolved promises have to do, at once, so that a whole run is one synchronous call and nothing of the real
 * event loop can come between. Must not be called from within a microtask.
 */
// oxlint-disable-next-line no-implied-eval -- no other way to this word of the engine's
export const drainMicrotasks = new Function('%PerformMicrotaskCheckpoint()') as () => void;
v8.setFlagsFromString('--no-allow-natives-syntax');
