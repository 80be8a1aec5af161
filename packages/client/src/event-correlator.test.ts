import { expect, it } from 'vitest';
import { EventCorrelator, type Occurrence } from './event-correlator.ts';

const start = Date.parse('2026-01-02T03:04:05Z');
const said = (message: string, name = 'p'): Occurrence => ({
  object: { kind: 'Pod', apiVersion: 'v1', namespace: 'n', name, uid: 'u' },
  type: 'Warning',
  reason: 'Failed',
  message,
  source: { component: 'kubelet', host: 'h' },
});

it('creates an event for what is new', () => {
  const result = new EventCorrelator().correlate(said('m'), start);
  expect(result).toMatchObject({
    action: 'create',
    event: {
      metadata: { name: `p.${(BigInt(start) * 1_000_000n).toString(16)}`, namespace: 'n' },
      count: 1,
      firstTimestamp: '2026-01-02T03:04:05Z',
      lastTimestamp: '2026-01-02T03:04:05Z',
      reportingComponent: 'kubelet',
      source: { component: 'kubelet', host: 'h' },
    },
  });
});

it('counts the same up with a patch', () => {
  const correlator = new EventCorrelator();
  correlator.correlate(said('m'), start);
  correlator.correlate(said('m'), start + 1_000);
  expect(correlator.correlate(said('m'), start + 2_000)).toMatchObject({
    action: 'patch',
    patch: { count: 3, lastTimestamp: '2026-01-02T03:04:07Z' },
    event: { firstTimestamp: '2026-01-02T03:04:05Z' },
  });
});

it('combines more than ten different messages of one reason', () => {
  const correlator = new EventCorrelator();
  for (let i = 0; i < 10; i++) expect(correlator.correlate(said(`m${i}`), start)).toMatchObject({ action: 'create' });
  expect(correlator.correlate(said('m10'), start)).toMatchObject({
    action: 'create',
    event: { message: '(combined from similar events): m10' },
  });
  expect(correlator.correlate(said('m11'), start)).toMatchObject({
    action: 'patch',
    patch: { count: 2, message: '(combined from similar events): m11' },
  });
});

it('starts over when nothing similar was said for ten minutes', () => {
  const correlator = new EventCorrelator();
  for (let i = 0; i < 11; i++) correlator.correlate(said(`m${i}`), start);
  expect(correlator.correlate(said('later'), start + 600_001)).toMatchObject({ event: { message: 'later' } });
});

it('drops what is said too often of one object: 25 at once, then one per five minutes', () => {
  const correlator = new EventCorrelator();
  const actions = Array.from({ length: 27 }, () => correlator.correlate(said('m'), start).action);
  expect(actions.filter((action) => action === 'drop')).toHaveLength(2);
  expect(correlator.correlate(said('m', 'other'), start).action).toBe('create');
  expect(correlator.correlate(said('m'), start + 299_000).action).toBe('drop');
  expect(correlator.correlate(said('m'), start + 301_000).action).toBe('patch');
  expect(correlator.correlate(said('m'), start + 302_000).action).toBe('drop');
});
