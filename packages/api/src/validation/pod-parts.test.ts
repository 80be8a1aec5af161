import { describe, expect, test } from 'vitest';
import { pods } from '../resources.ts';
import { container, creating, podOf, podWith } from './judge.test-support.ts';

describe('claims to devices', () => {
  const claim = { name: 'gpu', resourceClaimName: 'mine' };
  const using = (name: string): object => ({ ...container, resources: { claims: [{ name }] } });

  test('are named once and used by their names', () => {
    expect(creating(pods, podWith({ resourceClaims: [claim], containers: [using('gpu')] }))).toEqual([]);
    expect(creating(pods, podWith({ resourceClaims: [claim, claim] }))).toEqual([
      'spec.resourceClaims[1].name: Duplicate value: "gpu"',
    ]);
    expect(creating(pods, podWith({ resourceClaims: [claim], containers: [using('tpu')] }))).toEqual([
      'spec.containers[0].resources.claims[0]: Not found: "tpu": must be one of the names in pod.spec.resourceClaims: gpu',
    ]);
  });

  test('come from one place', () => {
    const both = { ...claim, resourceClaimTemplateName: 't' };
    expect(creating(pods, podWith({ resourceClaims: [both] }))).toEqual([
      expect.stringContaining('at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified'),
    ]);
    expect(creating(pods, podWith({ resourceClaims: [{ name: 'gpu' }] }))).toEqual([
      expect.stringContaining('must specify one of: `resourceClaimName`, `resourceClaimTemplateName`'),
    ]);
  });
});

test('rules of restarting stand beside a policy', () => {
  const rule = { action: 'Restart', exitCodes: { operator: 'In', values: [42] } };
  expect(creating(pods, podOf({ restartPolicy: 'Never', restartPolicyRules: [rule] }))).toEqual([]);
  expect(creating(pods, podOf({ restartPolicyRules: [rule] }))).toEqual([
    'spec.containers[0].restartPolicy: Required value: must specify restartPolicy when restart rules are used',
  ]);
  expect(creating(pods, podOf({ restartPolicy: 'Never', restartPolicyRules: [{ action: 'Restart' }] }))).toEqual([
    'spec.containers[0].restartPolicyRules[0].exitCodes: Required value: must be specified',
  ]);
});

describe('volumes', () => {
  const having = (source: object): string[] => creating(pods, podWith({ volumes: [{ name: 'v', ...source }] }));

  test('whose claim is made for the pod have a right claim', () => {
    const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
    expect(having({ ephemeral: { volumeClaimTemplate: { spec } } })).toEqual([]);
    const at = 'spec.volumes[0].ephemeral.volumeClaimTemplate';
    expect(having({ ephemeral: { volumeClaimTemplate: { spec: { ...spec, resources: {} } } } })).toEqual([
      `${at}.spec.resources[storage]: Required value`,
    ]);
    expect(having({ ephemeral: {} })).toEqual([`${at}: Required value`]);
  });

  test('of the network say where they are', () => {
    expect(having({ rbd: { monitors: [], image: '' } })).toEqual([
      'spec.volumes[0].rbd.monitors: Required value',
      'spec.volumes[0].rbd.image: Required value',
    ]);
    expect(having({ csi: { driver: 'csi.example.com', nodePublishSecretRef: {} } })).toEqual([
      'spec.volumes[0].csi.nodePublishSecretRef.name: Required value',
    ]);
  });
});
