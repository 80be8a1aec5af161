import { expect, test } from 'vitest';
import { statusPatch } from './status-patch.ts';

test('nothing is written when nothing differs', () => {
  const status = { phase: 'Running', podIP: '10.0.0.1', conditions: [{ type: 'Ready', status: 'True' }] };
  expect(statusPatch(status, structuredClone(status))).toBeUndefined();
});

test('fields that went are nulled, conditions are patched one by one, addresses are replaced', () => {
  const before = {
    phase: 'Pending',
    message: 'why',
    podIP: '10.0.0.1',
    podIPs: [{ ip: '10.0.0.1' }],
    conditions: [
      { type: 'Ready', status: 'False', reason: 'ContainersNotReady', message: 'x' },
      { type: 'Initialized', status: 'True' },
    ],
  };
  const after = {
    phase: 'Running',
    podIP: '10.0.0.2',
    podIPs: [{ ip: '10.0.0.2' }],
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Initialized', status: 'True' },
    ],
  };
  expect(statusPatch(before, after)).toEqual({
    phase: 'Running',
    message: null,
    podIP: '10.0.0.2',
    podIPs: [{ ip: '10.0.0.2' }, { $patch: 'replace' }],
    conditions: [{ type: 'Ready', status: 'True', reason: null, message: null }],
  });
});

test("a condition of somebody else's is left alone", () => {
  const stored = { conditions: [{ type: 'example.com/gate', status: 'True' }] };
  expect(statusPatch(stored, { conditions: [] })).toBeUndefined();
});
