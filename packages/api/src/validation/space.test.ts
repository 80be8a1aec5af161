import { describe, expect, test } from 'vitest';
import { limitRanges, persistentVolumeClaims, persistentVolumes, resourceQuotas } from '../resources.ts';
import { creating, metadata, updating } from './judge.test-support.ts';

describe('claims', () => {
  const base = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
  const claim = (more: object, status: object = {}): object => ({ metadata, spec: { ...base, ...more }, status });

  test('a plain one is right', () => expect(creating(persistentVolumeClaims, claim({}))).toEqual([]));

  test.each([
    [{ accessModes: [] }, 'spec.accessModes: Required value: at least 1 access mode is required'],
    [
      { accessModes: ['ReadOften'] },
      'spec.accessModes: Unsupported value: "ReadOften": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"',
    ],
    [
      { accessModes: ['ReadWriteOncePod', 'ReadWriteOnce'] },
      'spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes',
    ],
    [{ resources: {} }, 'spec.resources[storage]: Required value'],
    [
      { resources: { requests: { storage: '0' } } },
      'spec.resources[storage]: Invalid value: "0": must be greater than zero',
    ],
    [{ volumeMode: 'Tape' }, 'spec.volumeMode: Unsupported value: "Tape": supported values: "Block", "Filesystem"'],
    [
      { dataSource: { kind: 'Pod', name: 'p' } },
      'spec.dataSource: Invalid value: "Pod": must be \'PersistentVolumeClaim\' when referencing the default apiGroup',
    ],
  ])('%j is refused', (more, message) => expect(creating(persistentVolumeClaims, claim(more))).toEqual([message]));

  test('a claim gets its volume once, and a bound one may grow', () => {
    const bound = { phase: 'Bound', capacity: { storage: '1Gi' } };
    const sized = (storage: string): object => ({ resources: { requests: { storage } } });
    expect(updating(persistentVolumeClaims, claim({}), claim({ volumeName: 'v' }))).toEqual([]);
    expect(updating(persistentVolumeClaims, claim({ volumeName: 'v' }), claim({ volumeName: 'w' }))[0]).toMatch(
      /^spec: Forbidden: spec is immutable after creation except resources\.requests and volumeAttributesClassName for bound claims\n/,
    );
    expect(updating(persistentVolumeClaims, claim({}, bound), claim(sized('2Gi'), bound))).toEqual([]);
    expect(updating(persistentVolumeClaims, claim({}), claim(sized('2Gi')))[0]).toContain('spec is immutable');
    expect(updating(persistentVolumeClaims, claim(sized('4Gi'), bound), claim(sized('2Gi'), bound))).toEqual([]);
    expect(updating(persistentVolumeClaims, claim(sized('4Gi'), bound), claim(sized('1Gi'), bound))).toEqual([
      'spec.resources.requests.storage: Forbidden: field can not be less than status.capacity',
    ]);
  });
});

describe('volumes', () => {
  const name = { metadata: { name: 'v' } };
  const base = { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' } };
  const volume = (more: object): object => ({ ...name, spec: { ...base, hostPath: { path: '/data' }, ...more } });
  const affinity = (zone: string): object => ({
    required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: [zone] }] }] },
  });

  test('a plain one is right', () => expect(creating(persistentVolumes, volume({}))).toEqual([]));

  test.each([
    [
      { capacity: {} },
      ['spec.capacity: Required value', 'spec.capacity: Unsupported value: {}: supported values: "storage"'],
    ],
    [{ hostPath: undefined }, ['spec: Required value: must specify a volume type']],
    [{ nfs: { server: 's', path: '/' } }, ['spec.nfs: Forbidden: may not specify more than 1 volume type']],
    [
      { hostPath: undefined, local: { path: '/disk' } },
      ['spec.nodeAffinity: Required value: Local volume requires node affinity'],
    ],
    [
      { persistentVolumeReclaimPolicy: 'Burn' },
      [
        'spec.persistentVolumeReclaimPolicy: Unsupported value: "Burn": supported values: "Delete", "Recycle", "Retain"',
      ],
    ],
    [
      { hostPath: { path: '/./' }, persistentVolumeReclaimPolicy: 'Recycle' },
      ["spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'"],
    ],
    [{ nodeAffinity: {} }, ['spec.nodeAffinity.required: Required value: must specify required node constraints']],
    [
      { hostPath: undefined, csi: { driver: '', volumeHandle: '' } },
      expect.arrayContaining(['spec.csi.driver: Required value', 'spec.csi.volumeHandle: Required value']) as string[],
    ],
  ])('%j is refused', (more, messages) => {
    expect(creating(persistentVolumes, JSON.parse(JSON.stringify(volume(more))) as object)).toEqual(messages);
  });

  test('its source and its place stay', () => {
    expect(updating(persistentVolumes, volume({}), volume({ hostPath: { path: '/other' } }))[0]).toContain(
      'spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation\n',
    );
    expect(updating(persistentVolumes, volume({}), volume({ nodeAffinity: affinity('a') }))).toEqual([]);
    const moved = updating(
      persistentVolumes,
      volume({ nodeAffinity: affinity('a') }),
      volume({ nodeAffinity: affinity('b') }),
    );
    expect(moved).toEqual([expect.stringMatching(/^nodeAffinity: Invalid value: .*: field is immutable$/)]);
    expect(updating(persistentVolumes, volume({}), volume({ claimRef: { name: 'c', namespace: 'n' } }))).toEqual([]);
  });
});

describe('limit ranges', () => {
  const range = (...limits: object[]): object => ({ metadata, spec: { limits } });

  test('defaults of containers follow from their bounds', () => {
    const limits = [{ type: 'Container', max: { cpu: '2' }, min: { cpu: '100m', memory: '1Mi' } }];
    expect(creating(limitRanges, range(...limits))).toEqual([]);
  });

  test.each([
    [[{ type: 'Pod', max: { cpu: '1' } }, { type: 'Pod' }], 'spec.limits[1].type: Duplicate value: "Pod"'],
    [
      [{ type: 'Pod', default: { cpu: '1' } }],
      "spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'",
    ],
    [
      [{ type: 'Pod', min: { cpu: '2' }, max: { cpu: '1' } }],
      'spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1',
    ],
    [
      [{ type: 'PersistentVolumeClaim' }],
      'spec.limits[0].limits: Required value: either minimum or maximum storage value is required, but neither was provided',
    ],
    [
      [{ type: 'Container', default: { cpu: '1' }, defaultRequest: { cpu: '2' } }],
      'spec.limits[0].defaultRequest[cpu]: Invalid value: "2": default request value 2 is greater than default limit value 1',
    ],
    [
      [{ type: 'Pod', min: { cpu: '1' }, max: { cpu: '2' }, maxLimitRequestRatio: { cpu: '4' } }],
      'spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "4": ratio 4 is greater than max/min = 2.000000',
    ],
    [
      [{ type: 'Node' }],
      'spec.limits[0].type: Invalid value: "Node": must be a standard limit type or fully qualified',
    ],
  ])('%j is refused', (limits, message) => expect(creating(limitRanges, range(...limits))).toEqual([message]));
});

describe('quotas', () => {
  const quota = (spec: object): object => ({ metadata, spec });

  test('standard, extended and counted resources are right', () => {
    const hard = { 'requests.cpu': '500m', pods: '3', 'requests.nvidia.com/gpu': '2', 'count/jobs.batch': '4' };
    expect(creating(resourceQuotas, quota({ hard }))).toEqual([]);
  });

  test.each([
    [
      { hard: { widgets: '1' } },
      [
        'spec.hard[widgets]: Invalid value: "widgets": must be a standard resource type or fully qualified',
        'spec.hard[widgets]: Invalid value: "widgets": must be a standard resource for quota',
      ],
    ],
    [{ hard: { pods: '1500m' } }, ['spec.hard[pods]: Invalid value: "1500m": must be an integer']],
    [
      { scopes: ['BestEffort', 'NotBestEffort'] },
      ['spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: conflicting scopes'],
    ],
    [
      { hard: { services: '1' }, scopes: ['Terminating'] },
      ['spec.scopes: Invalid value: ["Terminating"]: unsupported scope applied to resource'],
    ],
    [
      { scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In' }] } },
      [
        "spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
      ],
    ],
  ])('%j is refused', (spec, messages) => expect(creating(resourceQuotas, quota(spec))).toEqual(messages));

  test('scopes stay, in any order', () => {
    const [a, b] = ['Terminating', 'PriorityClass'];
    expect(updating(resourceQuotas, quota({ scopes: [a, b] }), quota({ scopes: [b, a] }))).toEqual([]);
    expect(updating(resourceQuotas, quota({ scopes: [a] }), quota({ scopes: [b] }))).toEqual([
      'spec.scopes: Invalid value: ["PriorityClass"]: field is immutable',
    ]);
  });
});
