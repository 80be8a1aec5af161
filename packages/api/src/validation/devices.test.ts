import { expect, test } from 'vitest';
import { resourceClaims, resourceSlices } from '../resources/resource.ts';
import { creating, updating } from './judge.test-support.ts';

const claim = (...requests: object[]) => ({
  metadata: { name: 'c', namespace: 'default' },
  spec: { devices: { requests } },
});
const exactly = { deviceClassName: 'gpu', allocationMode: 'ExactCount', count: 1 };

test('a request asks for devices in one way', () => {
  expect(creating(resourceClaims, claim({ name: 'a', exactly }))).toEqual([]);
  expect(creating(resourceClaims, claim({ name: 'a' }))).toEqual([
    'spec.devices.requests[0]: Required value: exactly one of `exactly` or `firstAvailable` is required',
  ]);
  expect(creating(resourceClaims, claim({ name: 'a', exactly: { ...exactly, allocationMode: 'All' } }))).toEqual([
    "spec.devices.requests[0].exactly.count: Invalid value: 1: must not be specified when allocationMode is 'All'",
  ]);
});

test('what a claim asks for stays', () => {
  const errors = updating(resourceClaims, claim({ name: 'b', exactly }), claim({ name: 'a', exactly }));
  expect(errors).toEqual([expect.stringMatching(/^spec: Invalid value: .*: field is immutable$/)]);
});

test('a slice says where its devices are, once', () => {
  const pool = { name: 'p', generation: 1, resourceSliceCount: 1 };
  const slice = (spec: object) => ({ metadata: { name: 's' }, spec: { driver: 'gpu.example.com', pool, ...spec } });
  expect(creating(resourceSlices, slice({ nodeName: 'n1' }))).toEqual([]);
  expect(creating(resourceSlices, slice({}))).toEqual([
    'spec: Required value: exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required',
  ]);
});
