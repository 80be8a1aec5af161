import {
  deepEqual,
  fieldDuplicate,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  fieldTooLong,
  isDns1123Subdomain,
} from '@wherry/apimachinery';
import type { CSIDriver, StorageTokenRequest } from '../storage/csi-driver.ts';
import type { CSINode, CSINodeDriver } from '../storage/csi-node.ts';
import { validateImmutable } from './metadata.ts';
import { matching, nonNegative, oneOfOrAbsent, qualifiedName, type Findings } from './value-rules.ts';

const maxDriverName = 63;
const maxNodeId = 256;

/** The name of a CSI driver where another object refers to it. */
export function* csiDriverName(name: string, field: string): Findings {
  if (name === '') yield fieldRequired(field);
  if (name.length > maxDriverName) yield fieldTooLong(field, maxDriverName);
  yield* matching(isDns1123Subdomain(name.toLowerCase()), name, field);
}

/** `attachedRequired` is upstream's word for the field attachRequired. */
export function* csiDriver({ spec }: CSIDriver): Findings {
  if (spec.attachRequired === undefined) yield fieldRequired('spec.attachedRequired');
  if (spec.podInfoOnMount === undefined) yield fieldRequired('spec.podInfoOnMount');
  if (spec.storageCapacity === undefined) yield fieldRequired('spec.storageCapacity');
  yield* oneOfOrAbsent(spec.fsGroupPolicy, ['File', 'None', 'ReadWriteOnceWithFSType'], 'spec.fsGroupPolicy');
  yield* tokenRequests(spec.tokenRequests ?? [], 'spec.tokenRequests');
  for (const mode of spec.volumeLifecycleModes ?? []) {
    if (mode === 'Persistent' || mode === 'Ephemeral') continue;
    yield fieldNotSupported('spec.volumeLifecycleModes', mode, ['Persistent', 'Ephemeral']);
  }
  if (spec.seLinuxMount === undefined) yield fieldRequired('spec.seLinuxMount');
  const period = spec.nodeAllocatableUpdatePeriodSeconds;
  if (period !== undefined && period < 10) {
    const detail = 'must be greater than or equal to 10 seconds';
    yield fieldInvalid('spec.nodeAllocatableUpdatePeriodSeconds', period, detail);
  }
}

export function* csiDriverUpdate(object: CSIDriver, old: CSIDriver): Findings {
  yield* csiDriver(object);
  yield* validateImmutable(object.spec.attachRequired, old.spec.attachRequired, 'spec.attachedRequired');
  const [modes, before] = [object.spec.volumeLifecycleModes, old.spec.volumeLifecycleModes];
  yield* validateImmutable(modes, before, 'spec.volumeLifecycleModes');
}

function* tokenRequests(requests: readonly StorageTokenRequest[], field: string): Findings {
  const audiences = new Set<string>();
  for (const [index, { audience, expirationSeconds: seconds }] of requests.entries()) {
    if (audiences.has(audience)) {
      yield fieldDuplicate(`${field}[${index}].audience`, audience);
      continue;
    }
    audiences.add(audience);
    if (seconds === undefined) continue;
    const at = `${field}[${index}].expirationSeconds`;
    if (seconds < 600) yield fieldInvalid(at, seconds, 'may not specify a duration less than 10 minutes');
    if (seconds > 2 ** 32) yield fieldInvalid(at, seconds, 'may not specify a duration larger than 2^32 seconds');
  }
}

export function* csiNode({ spec }: CSINode): Findings {
  const names = new Set<string>();
  for (const [index, driver] of spec.drivers.entries()) {
    const at = `spec.drivers[${index}]`;
    yield* nodeDriver(driver, at);
    if (names.has(driver.name)) yield fieldDuplicate(`${at}.name`, driver.name);
    names.add(driver.name);
    const keys = new Set<string>();
    for (const key of driver.topologyKeys ?? []) {
      if (key === '') yield fieldRequired(at);
      if (keys.has(key)) yield fieldDuplicate(at, key);
      keys.add(key);
      yield* qualifiedName(key, at);
    }
  }
}

function* nodeDriver({ name, nodeID, allocatable }: CSINodeDriver, field: string): Findings {
  yield* csiDriverName(name, `${field}.name`);
  if (nodeID === '') yield fieldRequired(`${field}.nodeID`);
  if (nodeID.length > maxNodeId) {
    yield fieldInvalid(`${field}.nodeID`, nodeID, `must be ${maxNodeId} characters or less`);
  }
  yield* nonNegative(allocatable?.count, `${field}.allocatable.count`);
}

/** A driver that stays is the same but for how much it can attach. */
export function* csiNodeUpdate(object: CSINode, old: CSINode): Findings {
  yield* csiNode(object);
  for (const before of old.spec.drivers) {
    for (const driver of object.spec.drivers) {
      if (driver.name !== before.name) continue;
      const [a, b] = [driver, before].map((item) => ({ ...item, allocatable: undefined }));
      if (!deepEqual(a, b)) yield fieldInvalid('spec.drivers', driver, 'field is immutable');
    }
  }
}
