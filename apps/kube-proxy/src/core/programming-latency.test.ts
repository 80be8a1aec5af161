import type { EndpointSlice } from '@wherry/api';
import { describe, expect, it } from 'vitest';
import { ProgrammingLatency, secondsSince } from './programming-latency.ts';

const changedAt = (time: string): EndpointSlice =>
  ({
    metadata: { annotations: { 'endpoints.kubernetes.io/last-change-trigger-time': time } },
  }) as unknown as EndpointSlice;
const startMs = Date.parse('2026-01-01T00:00:00Z');

describe('ProgrammingLatency', () => {
  it('measures from the trigger until the rules are written, once', () => {
    const latency = new ProgrammingLatency(startMs);
    latency.note(changedAt('2026-01-01T00:00:01.500Z'));
    expect(secondsSince(latency.take(), startMs + 2_000)).toEqual([0.5]);
    expect(latency.take()).toEqual([]);
  });

  it('leaves out what was changed before the start, and slices that do not tell', () => {
    const latency = new ProgrammingLatency(startMs);
    for (const time of ['2025-12-31T23:59:59Z', 'yesterday']) latency.note(changedAt(time));
    latency.note(undefined);
    latency.note({ metadata: {} } as unknown as EndpointSlice);
    expect(latency.take()).toEqual([]);
  });

  it('goes on waiting when the rules were not written, within its bound', () => {
    const latency = new ProgrammingLatency(startMs, 2);
    latency.note(changedAt('2026-01-01T00:00:01Z'));
    const taken = latency.take();
    for (const second of ['2', '3', '4']) latency.note(changedAt(`2026-01-01T00:00:0${second}Z`));
    latency.giveBack(taken);
    expect(secondsSince(latency.take(), startMs + 10_000)).toEqual([9, 8]);
  });
});
