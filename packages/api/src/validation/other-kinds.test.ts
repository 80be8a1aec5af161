import { formatFieldError } from '@wherry/apimachinery';
import { describe, expect, test } from 'vitest';
import { events, eventsV1, leases, namespaces, nodes, serviceAccounts } from '../resources.ts';
import { validateStatusUpdate } from './index.ts';
import { creating, made, metadata, updating } from './judge.test-support.ts';

describe('the small kinds', () => {
  test('nodes', () => {
    const node = (more: object): object => ({ metadata: { name: 'n' }, ...more });
    const taint = { key: 'a', effect: 'NoSchedule' };
    expect(creating(nodes, node({ spec: { taints: [taint, taint] } }))[0]).toContain(
      'taints must be unique by key and effect pair',
    );
    expect(creating(nodes, node({ spec: { taints: [{ key: 'a', effect: 'x' }] } }))).toEqual([
      'spec.taints[0].effect: Unsupported value: "x": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
    ]);
    expect(creating(nodes, node({ spec: { podCIDRs: ['x'] } }))[0]).toContain('must be a valid CIDR value');
    expect(
      updating(nodes, node({ spec: { podCIDRs: ['10.0.0.0/24'] } }), node({ spec: { podCIDRs: ['10.0.1.0/24'] } })),
    ).toEqual(['spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid']);
  });

  test('namespaces', () => {
    expect(creating(namespaces, { metadata: { name: 'a.b' } })).toEqual([
      'metadata.name: Invalid value: "a.b": must not contain dots',
    ]);
    const object = made(namespaces, { metadata: { name: 'a' }, status: { phase: 'Gone' } });
    expect(validateStatusUpdate(namespaces, object, object).map(formatFieldError)).toEqual([
      'status.Phase: Invalid value: "Gone": may only be \'Active\' if `deletionTimestamp` is empty',
    ]);
  });

  test('leases', () => {
    expect(creating(leases, { metadata, spec: { leaseDurationSeconds: 0, leaseTransitions: -1 } })).toEqual([
      'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0',
      'spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0',
    ]);
    expect(creating(leases, { metadata, spec: { strategy: 'example.com/mine', preferredHolder: 'b' } })).toEqual([]);
    expect(creating(leases, { metadata, spec: { strategy: 'Youngest' } })).toEqual([
      'spec.strategy.strategy: Unsupported value: "Youngest": supported values: "OldestEmulationVersion"',
    ]);
    expect(creating(leases, { metadata, spec: { preferredHolder: 'b' } })).toEqual([
      'spec.preferredHolder: Forbidden: may only be specified if `strategy` is defined',
    ]);
  });

  test('events stay with what they are about', () => {
    expect(creating(events, { metadata, involvedObject: { namespace: 'other' } })).toEqual([
      'involvedObject.namespace: Invalid value: "other": does not match event.namespace',
    ]);
    expect(creating(events, { metadata, involvedObject: { kind: 'Node' } })).toEqual([]);
    const errors = creating(eventsV1, { metadata, regarding: { namespace: 'default' } });
    expect(errors).toContain('eventTime: Required value');
    expect(errors).toContain('reportingController: Required value');
  });

  test('service accounts', () => {
    expect(creating(serviceAccounts, { metadata })).toEqual([]);
  });
});
