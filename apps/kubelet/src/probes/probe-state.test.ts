import { expect, test } from 'vitest';
import { initialProbeState, isProbeDone, stepProbe, type ProbeKind, type ProbeState } from './probe-state.ts';

function play(
  kind: ProbeKind,
  outcomes: string,
  thresholds = { failureThreshold: 3, successThreshold: 1 },
): ProbeState {
  return outcomes.split('').reduce((state, one) => stepProbe(state, thresholds, one === '+'), initialProbeState(kind));
}

test('a container is alive before its first probe, but neither ready nor started', () => {
  expect(initialProbeState('liveness').healthy).toBe(true);
  expect(initialProbeState('readiness').healthy).toBe(false);
  expect(initialProbeState('startup')).toMatchObject({ healthy: false, decided: false });
});

test('failures count only in a row', () => {
  expect(play('liveness', '--+--').healthy).toBe(true);
  expect(play('liveness', '--+---').healthy).toBe(false);
});

test('readiness comes back only after successThreshold successes in a row', () => {
  const thresholds = { failureThreshold: 1, successThreshold: 2 };
  expect(play('readiness', '+-+', thresholds).healthy).toBe(false);
  expect(play('readiness', '+-++', thresholds).healthy).toBe(true);
});

test('a startup probe decides once, and a failed liveness probe is the end', () => {
  expect(isProbeDone('startup', play('startup', '--'))).toBe(false);
  expect(play('startup', '---')).toMatchObject({ healthy: false, decided: true });
  expect(isProbeDone('startup', play('startup', '-+'))).toBe(true);
  expect(isProbeDone('liveness', play('liveness', '---'))).toBe(true);
  expect(isProbeDone('readiness', play('readiness', '---'))).toBe(false);
});
