import { formatFieldError } from '@wherry/apimachinery';
import { describe, expect, test } from 'vitest';
import {
  csiDrivers,
  csiNodes,
  csiStorageCapacities,
  priorityClasses,
  runtimeClasses,
  storageClasses,
  volumeAttachments,
  volumeAttributesClasses,
} from '../resources.ts';
import { validateStatusUpdate } from './index.ts';
import { creating, made, metadata, updating } from './judge.test-support.ts';

const named = { name: 'x' };

describe('storage classes', () => {
  const ofClass = (more: object = {}): object => ({ metadata: named, provisioner: 'example.com/disk', ...more });

  test('have defaults', () => {
    const defaults = { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' };
    expect(made(storageClasses, ofClass())).toMatchObject(defaults);
    expect(creating(storageClasses, ofClass())).toEqual([]);
  });

  test.each([
    [{ provisioner: '' }, 'provisioner: Required value'],
    [{ reclaimPolicy: 'Recycle' }, 'reclaimPolicy: Unsupported value: "Recycle": supported values: "Delete", "Retain"'],
    [
      { volumeBindingMode: 'Later' },
      'volumeBindingMode: Unsupported value: "Later": supported values: "Immediate", "WaitForFirstConsumer"',
    ],
    [{ parameters: { '': 'x' } }, 'parameters: Invalid value: "": field can not be empty.'],
    [{ parameters: { a: 'x'.repeat(256 * 1024) } }, 'parameters: Too long: may not be more than 262144 bytes'],
    [
      { allowedTopologies: [{ matchLabelExpressions: [{ key: 'zone', values: [] }] }] },
      'allowedTopologies[0].matchLabelExpressions[0].values: Required value',
    ],
  ])('%j', (more, error) => {
    expect(creating(storageClasses, ofClass(more))).toEqual([error]);
  });

  test('stay as they are, but for growth', () => {
    const next = ofClass({
      provisioner: 'a/b',
      parameters: { a: 'b' },
      reclaimPolicy: 'Retain',
      allowVolumeExpansion: true,
    });
    expect(updating(storageClasses, ofClass(), next)).toEqual([
      'parameters: Forbidden: updates to parameters are forbidden.',
      'provisioner: Forbidden: updates to provisioner are forbidden.',
      'reclaimPolicy: Forbidden: updates to reclaimPolicy are forbidden.',
    ]);
  });
});

test('volume attachments', () => {
  const attachment = (more: object = {}): object => ({
    metadata: named,
    spec: { attacher: 'csi.example.com', nodeName: 'n1', source: { persistentVolumeName: 'pv' }, ...more },
  });
  expect(creating(volumeAttachments, attachment())).toEqual([]);
  expect(creating(volumeAttachments, attachment({ source: {} }))).toEqual([
    'spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName',
  ]);
  expect(creating(volumeAttachments, attachment({ attacher: '' }))).toContain('spec.attacher: Required value');
  expect(updating(volumeAttachments, attachment(), attachment({ nodeName: 'n2' }))[0]).toContain('field is immutable');
  const failed = made(volumeAttachments, {
    ...attachment(),
    status: { attached: false, attachError: { message: 'x'.repeat(1025), errorCode: -1 } },
  });
  expect(validateStatusUpdate(volumeAttachments, failed, failed).map(formatFieldError)).toEqual([
    'status.attachError.message: Too long: may not be more than 262144 bytes',
    'status.attachError.errorCode: Invalid value: -1: must be between 0 and 2147483647, inclusive',
  ]);
});

test('CSI drivers', () => {
  const driver = (spec: object = {}): object => ({ metadata: named, spec });
  expect(creating(csiDrivers, driver())).toEqual([]);
  expect(made(csiDrivers, driver())).toMatchObject({
    spec: { attachRequired: true, podInfoOnMount: false, volumeLifecycleModes: ['Persistent'], seLinuxMount: false },
  });
  expect(creating(csiDrivers, driver({ fsGroupPolicy: 'All', volumeLifecycleModes: ['Short'] }))).toEqual([
    'spec.fsGroupPolicy: Unsupported value: "All": supported values: "File", "None", "ReadWriteOnceWithFSType"',
    'spec.volumeLifecycleModes: Unsupported value: "Short": supported values: "Persistent", "Ephemeral"',
  ]);
  const tokenRequests = [{ audience: 'a', expirationSeconds: 1 }, { audience: 'a' }];
  expect(creating(csiDrivers, driver({ tokenRequests }))).toEqual([
    'spec.tokenRequests[0].expirationSeconds: Invalid value: 1: may not specify a duration less than 10 minutes',
    'spec.tokenRequests[1].audience: Duplicate value: "a"',
  ]);
  expect(updating(csiDrivers, driver(), driver({ attachRequired: false, podInfoOnMount: true }))).toEqual([
    'spec.attachedRequired: Invalid value: false: field is immutable',
  ]);
});

test('CSI nodes', () => {
  const node = (...drivers: object[]): object => ({ metadata: named, spec: { drivers } });
  const driver = { name: 'csi.example.com', nodeID: 'n1', topologyKeys: ['zone'] };
  expect(creating(csiNodes, node(driver))).toEqual([]);
  expect(creating(csiNodes, node(driver, { ...driver, nodeID: '' }))).toEqual([
    'spec.drivers[1].nodeID: Required value',
    'spec.drivers[1].name: Duplicate value: "csi.example.com"',
  ]);
  expect(creating(csiNodes, node({ ...driver, allocatable: { count: -1 } }))).toEqual([
    'spec.drivers[0].allocatable.count: Invalid value: -1: must be greater than or equal to 0',
  ]);
  expect(updating(csiNodes, node(driver), node({ ...driver, allocatable: { count: 3 } }))).toEqual([]);
  expect(updating(csiNodes, node(driver), node({ ...driver, nodeID: 'n2' }))[0]).toContain('field is immutable');
});

test('capacities and attributes', () => {
  const capacity = (more: object = {}): object => ({ metadata, storageClassName: 'fast', ...more });
  expect(creating(csiStorageCapacities, capacity({ capacity: '-1' }))).toEqual([
    'capacity: Invalid value: "-1": must be greater than or equal to 0',
  ]);
  expect(updating(csiStorageCapacities, capacity(), capacity({ storageClassName: 'slow' }))).toEqual([
    'storageClassName: Invalid value: "slow": field is immutable',
  ]);
  const attributes = (parameters?: object): object => ({ metadata: named, driverName: 'csi.example.com', parameters });
  expect(creating(volumeAttributesClasses, attributes({ iops: '1' }))).toEqual([]);
  expect(creating(volumeAttributesClasses, attributes({}))).toEqual([
    'parameters: Required value: must contain at least one key/value pair',
  ]);
  expect(updating(volumeAttributesClasses, attributes({ iops: '1' }), attributes({ iops: '2' }))).toEqual([
    'parameters: Forbidden: updates to parameters are forbidden.',
  ]);
});

test('priority classes', () => {
  const ofClass = (name: string, value: number, more: object = {}): object => ({ metadata: { name }, value, ...more });
  expect(creating(priorityClasses, ofClass('high', 1_000_000_000))).toEqual([]);
  expect(creating(priorityClasses, ofClass('higher', 1_000_000_001))).toEqual([
    'value: Forbidden: maximum allowed value of a user defined priority is 1000000000',
  ]);
  expect(creating(priorityClasses, ofClass('system-node-critical', 2_000_001_000))).toEqual([]);
  const reserved = "priority class names with 'system-' prefix are reserved for system use only. error:";
  expect(creating(priorityClasses, ofClass('system-mine', 1))).toEqual([
    `metadata.name: Forbidden: ${reserved} system-mine is not a known system priority class`,
  ]);
  expect(creating(priorityClasses, ofClass('system-node-critical', 1))).toEqual([
    `metadata.name: Forbidden: ${reserved} value of system-node-critical PriorityClass must be 2000001000`,
  ]);
  expect(creating(priorityClasses, ofClass('x', 1, { preemptionPolicy: 'Maybe' }))).toEqual([
    'preemptionPolicy: Unsupported value: "Maybe": supported values: "PreemptLowerPriority", "Never"',
  ]);
  expect(updating(priorityClasses, ofClass('x', 1), ofClass('x', 2, { preemptionPolicy: 'Never' }))).toEqual([
    'value: Forbidden: may not be changed in an update.',
    'preemptionPolicy: Invalid value: "Never": field is immutable',
  ]);
});

test('runtime classes', () => {
  const ofClass = (more: object = {}): object => ({ metadata: named, handler: 'runsc', ...more });
  expect(creating(runtimeClasses, ofClass({ overhead: { podFixed: { cpu: '1' } } }))).toEqual([]);
  expect(creating(runtimeClasses, ofClass({ handler: 'a/b' }))[0]).toContain('handler: Invalid value: "a/b"');
  const toleration = { key: 'a', operator: 'Exists' };
  expect(creating(runtimeClasses, ofClass({ scheduling: { tolerations: [toleration, toleration] } }))).toEqual([
    `scheduling.tolerations[1]: Duplicate value: ${JSON.stringify(toleration)}`,
  ]);
  expect(updating(runtimeClasses, ofClass(), ofClass({ handler: 'kata' }))).toEqual([
    'handler: Invalid value: "kata": field is immutable',
  ]);
});
