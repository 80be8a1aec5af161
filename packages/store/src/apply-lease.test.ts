import { expect, it } from 'vitest';
import { createState } from './state.ts';
import { apply } from './apply.ts';

const readValue = (): never => {
  throw new Error('there is no value');
};

it('ends a lease only when its time has come by the clock of the log, whatever a deposed leader took it for', () => {
  const state = createState();
  apply(state, { type: 'leaseGrant', id: 1, ttlSeconds: 2 }, { timeMs: 1000, readValue });
  apply(state, { type: 'leaseRevoke', id: 1, expiredByMs: 9000 }, { timeMs: 2999, readValue });
  expect([...state.leases.keys()]).toEqual([1]);
  apply(state, { type: 'leaseKeepAlive', id: 1 }, { timeMs: 2999, readValue });
  // Renewed between being found expired and being applied.
  apply(state, { type: 'leaseRevoke', id: 1, expiredByMs: 3000 }, { timeMs: 6000, readValue });
  expect([...state.leases.keys()]).toEqual([1]);
  apply(state, { type: 'leaseRevoke', id: 1, expiredByMs: 5000 }, { timeMs: 5000, readValue });
  expect([...state.leases.keys()]).toEqual([]);
});
