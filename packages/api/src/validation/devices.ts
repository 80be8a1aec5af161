import {
  fieldDuplicate,
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  fieldTooLong,
  fieldTooMany,
  isDns1123Subdomain,
} from '@wherry/apimachinery';
import type { DeviceClass, DeviceSelector } from '../resource/device-class.ts';
import type { ResourceClaimTemplate } from '../resource/resource-claim-template.ts';
import type {
  DeviceClaim,
  DeviceRequest,
  DynamicResourceClaim,
  ExactDeviceRequest,
  ResourceClaimSpec,
} from '../resource/resource-claim.ts';
import type { ResourceSlice } from '../resource/resource-slice.ts';
import { csiDriverName } from './csi.ts';
import { validateImmutable } from './metadata.ts';
import type { Validator } from './validator.ts';
import { dnsLabel, dnsSubdomain, type Findings } from './value-rules.ts';

const maxItems = 32;
const maxFirstAvailable = 8;
const maxPoolName = 253;
const maxDevices = 128;
const maxReserved = 256;

function* claim({ spec }: DynamicResourceClaim): Findings {
  yield* claimSpec(spec, 'spec');
}

function* claimUpdate(object: DynamicResourceClaim, old: DynamicResourceClaim): Findings {
  yield* validateImmutable(object.spec, old.spec, 'spec');
}

function* claimStatus(object: DynamicResourceClaim, old: DynamicResourceClaim): Findings {
  const { allocation, reservedFor = [] } = object.status ?? {};
  const before = old.status?.reservedFor ?? [];
  const path = 'status.reservedFor';
  if (reservedFor.length > maxReserved) yield fieldTooMany(path, reservedFor.length, maxReserved);
  const seen = new Set<string>();
  for (const [index, { resource, name, uid }] of reservedFor.entries()) {
    const at = `${path}[${index}]`;
    if (resource === '') yield fieldRequired(`${at}.resource`);
    if (name === '') yield fieldRequired(`${at}.name`);
    if (uid === '') yield fieldRequired(`${at}.uid`);
    if (seen.has(uid)) yield fieldDuplicate(`${at}.uid`, uid);
    seen.add(uid);
  }
  const added = reservedFor.some(({ uid }) => before.every((consumer) => consumer.uid !== uid));
  if (reservedFor.length > 0 && allocation === undefined) {
    yield fieldForbidden(path, 'may not be specified when `allocated` is not set');
  } else if (added && object.metadata.deletionTimestamp !== undefined) {
    yield fieldForbidden(
      path,
      'new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set',
    );
  }
  // What is allocated stays so until it is given back.
  if (allocation !== undefined && old.status?.allocation !== undefined) {
    yield* validateImmutable(allocation, old.status.allocation, 'status.allocation');
  }
}

function* template({ spec }: ResourceClaimTemplate): Findings {
  yield* claimSpec(spec.spec, 'spec.spec');
}

function* templateUpdate(object: ResourceClaimTemplate, old: ResourceClaimTemplate): Findings {
  yield* validateImmutable(object.spec, old.spec, 'spec');
}

function* deviceClass({ spec }: DeviceClass): Findings {
  yield* selectors(spec.selectors ?? [], 'spec.selectors');
  const config = spec.config ?? [];
  if (config.length > maxItems) yield fieldTooMany('spec.config', config.length, maxItems);
  for (const [index, { opaque }] of config.entries()) yield* configuration(opaque, `spec.config[${index}]`);
}

function* slice({ spec }: ResourceSlice): Findings {
  const { nodeName, nodeSelector, allNodes, perDeviceNodeSelection, driver, pool, devices = [] } = spec;
  yield* csiDriverName(driver, 'spec.driver');
  yield* poolName(pool.name, 'spec.pool.name');
  if (pool.resourceSliceCount <= 0) {
    yield fieldInvalid('spec.pool.resourceSliceCount', pool.resourceSliceCount, 'must be greater than zero');
  }
  if (pool.generation < 0) {
    yield fieldInvalid('spec.pool.generation', pool.generation, 'must be greater than or equal to zero');
  }
  const places = [nodeName, nodeSelector, allNodes, perDeviceNodeSelection].filter((place) => place !== undefined);
  const which = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';
  if (nodeName !== undefined) {
    if (nodeName === '')
      yield fieldInvalid('spec.nodeName', nodeName, 'must be either unset or set to a non-empty string');
    else yield* dnsSubdomain(nodeName, 'spec.nodeName');
  }
  if (places.length === 0) yield fieldRequired('spec', which);
  else if (places.length > 1) yield fieldInvalid('spec', null, `${which}, but multiple fields are set`);
  if (devices.length > maxDevices) yield fieldTooMany('spec.devices', devices.length, maxDevices);
  const names = new Set<string>();
  for (const [index, { name }] of devices.entries()) {
    const at = `spec.devices[${index}].name`;
    yield* dnsLabel(name, at);
    if (names.has(name)) yield fieldDuplicate(at, name);
    names.add(name);
  }
}

function* sliceUpdate(object: ResourceSlice, old: ResourceSlice): Findings {
  yield* slice(object);
  yield* validateImmutable(object.spec.nodeName, old.spec.nodeName, 'spec.nodeName');
  yield* validateImmutable(object.spec.driver, old.spec.driver, 'spec.driver');
  yield* validateImmutable(object.spec.pool.name, old.spec.pool.name, 'spec.pool.name');
}

function* claimSpec(spec: ResourceClaimSpec, path: string): Findings {
  const at = `${path}.devices`;
  const { requests = [], constraints = [], config = [] } = spec.devices ?? {};
  for (const [field, list] of Object.entries({ requests, constraints, config })) {
    if (list.length > maxItems) yield fieldTooMany(`${at}.${field}`, list.length, maxItems);
  }
  const names = new Set<string>();
  for (const [index, request] of requests.entries()) {
    yield* deviceRequest(request, `${at}.requests[${index}]`);
    if (names.has(request.name)) yield fieldDuplicate(`${at}.requests[${index}].name`, request.name);
    names.add(request.name);
  }
  const known = requestNames(spec.devices);
  for (const [index, constraint] of constraints.entries()) {
    const path = `${at}.constraints[${index}]`;
    yield* requestsKnown(constraint.requests ?? [], known, `${path}.requests`);
    if (constraint.matchAttribute === undefined && constraint.distinctAttribute === undefined) {
      yield fieldRequired(path, 'exactly one of `matchAttribute` or `distinctAttribute` is required');
    }
  }
  for (const [index, { requests, opaque }] of config.entries()) {
    yield* requestsKnown(requests ?? [], known, `${at}.config[${index}].requests`);
    yield* configuration(opaque, `${at}.config[${index}]`);
  }
}

function* requestsKnown(requests: readonly string[], known: ReadonlySet<string>, path: string): Findings {
  for (const [index, name] of requests.entries()) {
    if (!known.has(name)) {
      const words =
        "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";
      yield fieldInvalid(`${path}[${index}]`, name, words);
    }
    if (requests.indexOf(name) < index) yield fieldDuplicate(`${path}[${index}]`, name);
  }
}

/** As constraints and configurations speak of them: `request`, or `request/subrequest`. */
function requestNames(devices: DeviceClaim | undefined): Set<string> {
  return new Set(
    (devices?.requests ?? []).flatMap(({ name, firstAvailable = [] }) => [
      name,
      ...firstAvailable.map((one) => `${name}/${one.name}`),
    ]),
  );
}

function* deviceRequest({ name, exactly, firstAvailable = [] }: DeviceRequest, path: string): Findings {
  yield* dnsLabel(name, `${path}.name`);
  const which = 'exactly one of `exactly` or `firstAvailable` is required';
  if (exactly === undefined && firstAvailable.length === 0) yield fieldRequired(path, which);
  else if (exactly !== undefined && firstAvailable.length > 0) {
    yield fieldInvalid(path, null, `${which}, but multiple fields are set`);
  } else if (exactly !== undefined) yield* devicesAsked(exactly, `${path}.exactly`);
  else {
    if (firstAvailable.length > maxFirstAvailable) {
      yield fieldTooMany(`${path}.firstAvailable`, firstAvailable.length, maxFirstAvailable);
    }
    const names = new Set<string>();
    for (const [index, one] of firstAvailable.entries()) {
      const at = `${path}.firstAvailable[${index}]`;
      yield* dnsLabel(one.name, `${at}.name`);
      yield* devicesAsked(one, at);
      if (names.has(one.name)) yield fieldDuplicate(`${at}.name`, one.name);
      names.add(one.name);
    }
  }
}

function* devicesAsked(request: ExactDeviceRequest, path: string): Findings {
  const { deviceClassName, allocationMode = '', count = 0 } = request;
  if (deviceClassName === '') yield fieldRequired(`${path}.deviceClassName`);
  else yield* dnsSubdomain(deviceClassName, `${path}.deviceClassName`);
  yield* selectors(request.selectors ?? [], `${path}.selectors`);
  if (allocationMode === 'All') {
    if (count !== 0) {
      yield fieldInvalid(`${path}.count`, count, "must not be specified when allocationMode is 'All'");
    }
  } else if (allocationMode === 'ExactCount') {
    if (count <= 0) yield fieldInvalid(`${path}.count`, count, 'must be greater than zero');
  } else yield fieldNotSupported(`${path}.allocationMode`, allocationMode, ['All', 'ExactCount']);
}

function* selectors(list: readonly DeviceSelector[], path: string): Findings {
  if (list.length > maxItems) yield fieldTooMany(path, list.length, maxItems);
  for (const [index, { cel }] of list.entries()) {
    if (cel === undefined) yield fieldRequired(`${path}[${index}].cel`);
    else if (cel.expression === '') yield fieldRequired(`${path}[${index}].cel.expression`);
  }
}

function* configuration(opaque: { driver: string; parameters?: unknown } | undefined, path: string): Findings {
  if (opaque === undefined) {
    yield fieldRequired(`${path}.opaque`);
    return;
  }
  yield* csiDriverName(opaque.driver, `${path}.opaque.driver`);
  const { parameters } = opaque;
  if (parameters === undefined || parameters === null) yield fieldRequired(`${path}.opaque.parameters`);
  else if (typeof parameters !== 'object' || Array.isArray(parameters)) {
    yield fieldInvalid(`${path}.opaque.parameters`, parameters, 'must be a valid JSON object');
  }
}

function* poolName(name: string, path: string): Findings {
  if (name === '') yield fieldRequired(path);
  if (name.length > maxPoolName) yield fieldTooLong(path, maxPoolName);
  if (name !== '') for (const part of name.split('/')) yield* dnsSubdomain(part, path);
}

const name = isDns1123Subdomain;
export const deviceValidators: Readonly<Record<string, Validator>> = {
  'resource.k8s.io/DeviceClass': { name, create: deviceClass },
  'resource.k8s.io/ResourceClaim': { name, create: claim, update: claimUpdate, status: claimStatus },
  'resource.k8s.io/ResourceClaimTemplate': { name, create: template, update: templateUpdate },
  'resource.k8s.io/ResourceSlice': { name, create: slice, update: sliceUpdate },
};
