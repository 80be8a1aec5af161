import { describe, expect, it } from 'vitest';
import { firstState, stepInformer, type InformerInput, type InformerState } from './informer-state.ts';

/** Runs inputs at given times and tells the states as text. */
function trace(inputs: readonly (readonly [atMs: number, input: InformerInput])[], jitter = 0): string[] {
  const said = [tell(firstState)];
  let state = firstState;
  for (const [atMs, input] of inputs) {
    state = stepInformer(state, input, atMs, jitter);
    said.push(tell(state));
  }
  return said;
}
function tell(state: InformerState): string {
  const version = state.resourceVersion === '' ? 'newest' : state.resourceVersion;
  if (state.name !== 'waiting') return `${state.name} ${version}`;
  return `waiting ${state.delayMs} to ${state.next} ${version}`;
}

it('lists from any cache, watches from there, and resumes where it was', () => {
  expect(
    trace([
      [0, { type: 'listed', resourceVersion: '5' }],
      [10, { type: 'progress', resourceVersion: '9' }],
      [300_000, { type: 'watchEnded' }],
      [300_001, { type: 'progress', resourceVersion: '12' }],
      [300_002, { type: 'watchEnded', failure: 'unavailable' }],
      [300_102, { type: 'waited' }],
    ]),
  ).toEqual([
    'listing 0',
    'watching 5',
    'watching 9',
    'watching 9',
    'watching 12',
    'waiting 100 to watch 12',
    'watching 12',
  ]);
});

it('lists everything anew, and the newest, when its version is gone', () => {
  expect(
    trace([
      [0, { type: 'listed', resourceVersion: '5' }],
      [1, { type: 'watchEnded', failure: 'expired' }],
      [2, { type: 'listed', resourceVersion: '90' }],
    ]),
  ).toEqual(['listing 0', 'watching 5', 'listing newest', 'watching 90']);
});

it('asks for the newest at once when a list is told that its version is gone, and then backs off', () => {
  expect(
    trace([
      [0, { type: 'listFailed', failure: 'expired' }],
      [1, { type: 'listFailed', failure: 'expired' }],
    ]),
  ).toEqual(['listing 0', 'listing newest', 'waiting 100 to list newest']);
});

it('backs off twice as long each time up to 30 s, and forgets that when the watch lives', () => {
  let state = stepInformer(firstState, { type: 'listed', resourceVersion: '5' }, 0, 0);
  const delays: number[] = [];
  for (let i = 0; i < 12; i++) {
    state = stepInformer(state, { type: 'watchEnded', failure: 'unavailable' }, i, 0);
    delays.push(state.name === 'waiting' ? state.delayMs : -1);
    state = stepInformer(state, { type: 'waited' }, i, 0);
  }
  expect(delays.slice(0, 3)).toEqual([100, 200, 400]);
  expect(delays.at(-1)).toBe(30_000);
  state = stepInformer(state, { type: 'progress', resourceVersion: '6' }, 100, 0);
  state = stepInformer(state, { type: 'watchEnded', failure: 'unavailable' }, 101, 0.5);
  expect(tell(state)).toBe('waiting 150 to watch 6');
});

it('does not spin when the server ends every watch at once', () => {
  expect(
    trace([
      [0, { type: 'listed', resourceVersion: '5' }],
      [1, { type: 'watchEnded' }],
    ]).at(-1),
  ).toBe('waiting 100 to watch 5');
});

describe('an answer that trying again will not change', () => {
  it('makes it list again after the pause', () => {
    expect(
      trace([
        [0, { type: 'listed', resourceVersion: '5' }],
        [5_000, { type: 'watchEnded', failure: 'rejected' }],
        [5_100, { type: 'waited' }],
      ]),
    ).toEqual(['listing 0', 'watching 5', 'waiting 100 to list 5', 'listing 5']);
  });
});
