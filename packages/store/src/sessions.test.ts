import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admit, maxUnsettledBatches, wasApplied } from './sessions.ts';
import { createState } from './state.ts';

describe('a batch that comes more than once', () => {
  it('is admitted once, in whatever order batches and their repetitions come', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ origin: fc.integer({ min: 1, max: 5 }), sequence: fc.integer({ min: 1, max: 30 }) })),
        (arrivals) => {
          const state = createState();
          const admitted = new Set<string>();
          for (const { origin, sequence } of arrivals) {
            const name = `${origin}/${sequence}`;
            expect(wasApplied(state, origin, sequence)).toBe(admitted.has(name));
            expect(admit(state, { origin, sequence, settledBelow: 0 })).toBe(!admitted.has(name));
            admitted.add(name);
          }
        },
      ),
    );
  });

  it('is not admitted once it is settled, even if it never came before', () => {
    const state = createState();
    expect(admit(state, { origin: 1, sequence: 3, settledBelow: 3 })).toBe(true);
    expect(admit(state, { origin: 1, sequence: 2, settledBelow: 1 })).toBe(false);
    expect(admit(state, { origin: 1, sequence: 4, settledBelow: 2 })).toBe(true);
    expect(state.sessions).toEqual([{ origin: 1, settledBelow: 3, applied: [3, 4] }]);
    expect(admit(state, { origin: 1, sequence: 9, settledBelow: 5 })).toBe(true);
    expect(state.sessions).toEqual([{ origin: 1, settledBelow: 5, applied: [9] }]);
  });

  it('is remembered of the 64 proposers that were last heard of', () => {
    const state = createState();
    for (let origin = 1; origin <= 64; origin++) admit(state, { origin, sequence: 1, settledBelow: 1 });
    admit(state, { origin: 1, sequence: 2, settledBelow: 1 });
    admit(state, { origin: 65, sequence: 1, settledBelow: 1 });
    expect(state.sessions).toHaveLength(64);
    expect(wasApplied(state, 1, 1)).toBe(true);
    expect(wasApplied(state, 2, 1)).toBe(false);
    expect(state.sessions.at(-1)).toMatchObject({ origin: 65 });
  });

  it('is remembered within a bound, even of a proposer that settles nothing', () => {
    const state = createState();
    for (let sequence = 1; sequence <= maxUnsettledBatches + 10; sequence++) {
      expect(admit(state, { origin: 1, sequence, settledBelow: 0 })).toBe(true);
    }
    expect(state.sessions[0]?.applied).toHaveLength(maxUnsettledBatches);
    for (const sequence of [1, 10, 11, maxUnsettledBatches]) {
      expect(admit(state, { origin: 1, sequence, settledBelow: 0 })).toBe(false);
    }
  });
});
