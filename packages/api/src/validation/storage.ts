import {
  deepEqual,
  fieldDuplicate,
  fieldForbidden,
  fieldInvalid,
  fieldRequired,
  fieldTooLong,
  isDns1123Subdomain,
  parseQuantity,
} from '@wherry/apimachinery';
import type { CSIStorageCapacity } from '../storage/csi-storage-capacity.ts';
import type { StorageClass, TopologySelectorTerm } from '../storage/storage-class.ts';
import type { VolumeAttributesClass } from '../storage/volume-attributes-class.ts';
import { csiDriver, csiDriverUpdate, csiNode, csiNodeUpdate } from './csi.ts';
import { labelSelector } from './label-selector.ts';
import { byteLength, validateImmutable } from './metadata.ts';
import type { Validator } from './validator.ts';
import { dnsSubdomain, oneOf, oneOfOrAbsent, qualifiedName, type Findings } from './value-rules.ts';
import { volumeAttachment, volumeAttachmentUpdate } from './volume-attachment.ts';

const maxParameters = 512;
const maxParameterBytes = 256 * 1024;

function* storageClass(object: StorageClass): Findings {
  yield* driver(object.provisioner, 'provisioner');
  yield* parameters(object.parameters, 'parameters');
  yield* oneOfOrAbsent(object.reclaimPolicy, ['Delete', 'Retain'], 'reclaimPolicy');
  yield* oneOf(object.volumeBindingMode, ['Immediate', 'WaitForFirstConsumer'], 'volumeBindingMode');
  yield* topologies(object.allowedTopologies ?? [], 'allowedTopologies');
}

function* storageClassUpdate(object: StorageClass, old: StorageClass): Findings {
  for (const field of ['parameters', 'provisioner', 'reclaimPolicy'] as const) {
    if (!deepEqual(object[field], old[field])) yield fieldForbidden(field, `updates to ${field} are forbidden.`);
  }
  yield* validateImmutable(object.volumeBindingMode, old.volumeBindingMode, 'volumeBindingMode');
}

function* driver(name: string, field: string): Findings {
  if (name === '') yield fieldRequired(field);
  else yield* qualifiedName(name.toLowerCase(), field);
}

function* parameters(values: Readonly<Record<string, string>> | undefined, field: string): Findings {
  const entries = Object.entries(values ?? {});
  if (entries.length > maxParameters) {
    yield fieldTooLong(field, maxParameters);
    return;
  }
  if (entries.some(([key]) => key === '')) yield fieldInvalid(field, '', 'field can not be empty.');
  const bytes = entries.reduce((sum, [key, value]) => sum + byteLength(key) + byteLength(value), 0);
  if (bytes > maxParameterBytes) yield fieldTooLong(field, maxParameterBytes);
}

function* topologies(terms: readonly TopologySelectorTerm[], field: string): Findings {
  const seen = new Set<string>();
  for (const [index, term] of terms.entries()) {
    const at = `${field}[${index}].matchLabelExpressions`;
    const expressions = term.matchLabelExpressions ?? [];
    if (expressions.length === 0) yield fieldRequired(at);
    const keys = new Set<string>();
    for (const [i, { key, values }] of expressions.entries()) {
      if (values.length === 0) yield fieldRequired(`${at}[${i}].values`);
      for (const [v, value] of values.entries()) {
        if (values.indexOf(value) < v) yield fieldDuplicate(`${at}[${i}].values[${v}]`, value);
      }
      yield* qualifiedName(key, `${at}[${i}].key`);
      if (keys.has(key)) yield fieldDuplicate(`${at}[${i}].key`, key);
      keys.add(key);
    }
    const same = JSON.stringify(expressions.map(({ key, values }) => [key, values.toSorted()]));
    if (seen.has(same)) yield fieldDuplicate(at, '');
    seen.add(same);
  }
}

function* capacity(object: CSIStorageCapacity): Findings {
  yield* labelSelector(object.nodeTopology, 'nodeTopology');
  yield* dnsSubdomain(object.storageClassName, 'storageClassName');
  if (object.capacity !== undefined && parseQuantity(object.capacity).nano < 0n) {
    yield fieldInvalid('capacity', object.capacity, 'must be greater than or equal to 0');
  }
}

function* capacityUpdate(object: CSIStorageCapacity, old: CSIStorageCapacity): Findings {
  yield* validateImmutable(object.nodeTopology, old.nodeTopology, 'nodeTopology');
  yield* validateImmutable(object.storageClassName, old.storageClassName, 'storageClassName');
}

function* attributesClass(object: VolumeAttributesClass): Findings {
  yield* driver(object.driverName, 'driverName');
  yield* parameters(object.parameters, 'parameters');
  if (Object.keys(object.parameters ?? {}).length === 0) {
    yield fieldRequired('parameters', 'must contain at least one key/value pair');
  }
}

function* attributesClassUpdate(object: VolumeAttributesClass, old: VolumeAttributesClass): Findings {
  for (const field of ['driverName', 'parameters'] as const) {
    if (!deepEqual(object[field], old[field])) yield fieldForbidden(field, `updates to ${field} are forbidden.`);
  }
  yield* attributesClass(object);
}

const name = isDns1123Subdomain;

export const storageValidators: Readonly<Record<string, Validator>> = {
  'storage.k8s.io/StorageClass': { name, create: storageClass, update: storageClassUpdate },
  'storage.k8s.io/VolumeAttachment': {
    name,
    create: volumeAttachment,
    update: volumeAttachmentUpdate,
    status: volumeAttachmentUpdate,
  },
  'storage.k8s.io/CSIDriver': { name, create: csiDriver, update: csiDriverUpdate },
  'storage.k8s.io/CSINode': { name, create: csiNode, update: csiNodeUpdate },
  'storage.k8s.io/CSIStorageCapacity': { name, create: capacity, update: capacityUpdate },
  'storage.k8s.io/VolumeAttributesClass': { name, create: attributesClass, update: attributesClassUpdate },
};
