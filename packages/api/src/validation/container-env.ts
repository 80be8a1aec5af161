import {
  canonicalQuantity,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  isConfigMapKey,
  isDns1123Subdomain,
  isEnvVarName,
  type FieldError,
} from '@wherry/apimachinery';
import type { EnvFromSource, EnvVar, EnvVarSource } from '../core/container.ts';
import type { ObjectFieldSelector, ResourceFieldSelector } from '../core/references.ts';
import { dnsSubdomain, matching, qualifiedName, required, type Findings } from './value-rules.ts';

const envFieldPaths = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
const resourceFieldPaths = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];
const byteDivisors = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];

export function* env(variables: readonly EnvVar[], field: string): Findings {
  for (const [index, variable] of variables.entries()) {
    const at = `${field}[${index}]`;
    if (variable.name === '') yield fieldRequired(`${at}.name`);
    else yield* matching(isEnvVarName(variable.name), variable.name, `${at}.name`);
    if (variable.valueFrom !== undefined) yield* valueFrom(variable.valueFrom, variable.value ?? '', `${at}.valueFrom`);
  }
}

function* valueFrom(source: EnvVarSource, value: string, field: string): Findings {
  if (source.fieldRef !== undefined) yield* fieldReference(source.fieldRef, envFieldPaths, `${field}.fieldRef`);
  if (source.resourceFieldRef !== undefined) {
    yield* resourceReference(source.resourceFieldRef, `${field}.resourceFieldRef`, false);
  }
  for (const name of ['configMapKeyRef', 'secretKeyRef'] as const) {
    const reference = source[name];
    if (reference === undefined) continue;
    yield* matching(isDns1123Subdomain(reference.name ?? ''), reference.name ?? '', `${field}.${name}.name`);
    if (reference.key === '') yield fieldRequired(`${field}.${name}.key`);
    else yield* matching(isConfigMapKey(reference.key), reference.key, `${field}.${name}.key`);
  }
  if (source.fileKeyRef !== undefined) {
    yield* required(source.fileKeyRef.key, `${field}.fileKeyRef.key`);
    yield* required(source.fileKeyRef.path, `${field}.fileKeyRef.path`);
    yield* required(source.fileKeyRef.volumeName, `${field}.fileKeyRef.volumeName`);
  }
  const sources = Object.values(source).filter((part) => part !== undefined).length;
  if (sources === 0) {
    const detail = 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`';
    yield fieldInvalid(field, '', detail);
  } else if (value !== '') {
    yield fieldInvalid(field, '', 'may not be specified when `value` is not empty');
  } else if (sources > 1) {
    yield fieldInvalid(field, '', 'may not have more than one field specified at a time');
  }
}

/** A field of the pod: from the list, or one label or annotation by its key. */
export function* fieldReference(reference: ObjectFieldSelector, paths: readonly string[], field: string): Findings {
  if (!reference.apiVersion) {
    yield fieldRequired(`${field}.apiVersion`);
    return;
  }
  const path = reference.fieldPath;
  if (path === '') {
    yield fieldRequired(`${field}.fieldPath`);
    return;
  }
  const subscript = /^(.+)\['(.*)'\]$/.exec(path);
  if (subscript !== null) {
    const [, base = '', key = ''] = subscript;
    if (base === 'metadata.annotations') yield* qualifiedName(key.toLowerCase(), field);
    else if (base === 'metadata.labels') yield* qualifiedName(key, field);
    else yield fieldInvalid(field, base, 'does not support subscript');
  } else if (!paths.includes(path)) {
    yield unsupportedPath(path, paths, `${field}.fieldPath`);
  }
}

/** A path that no pod has gets other words than one that is merely not offered here. */
const podFieldPaths = [
  ...envFieldPaths,
  'metadata.annotations',
  'metadata.labels',
  'spec.restartPolicy',
  'status.phase',
];
function unsupportedPath(path: string, paths: readonly string[], field: string): FieldError {
  if (podFieldPaths.includes(path)) return fieldNotSupported(field, path, paths);
  return fieldInvalid(field, path, `error converting fieldPath: field label not supported: ${path}`);
}

/** A container's request or limit. In a volume the container must be named. */
export function* resourceReference(reference: ResourceFieldSelector, field: string, inVolume: boolean): Findings {
  const { resource } = reference;
  if (inVolume && !reference.containerName) yield fieldRequired(`${field}.containerName`);
  else if (resource === '') yield fieldRequired(`${field}.resource`);
  else if (!resourceFieldPaths.includes(resource) && !/^(requests|limits)\.hugepages-/.test(resource)) {
    yield fieldNotSupported(`${field}.resource`, resource, resourceFieldPaths);
  }
  const divisor = canonicalQuantity(reference.divisor ?? '0');
  if (divisor === '0') return;
  if (/\.cpu$/.test(resource)) {
    if (divisor !== '1m' && divisor !== '1') {
      yield fieldInvalid(
        `${field}.divisor`,
        resource,
        "only divisor's values 1m and 1 are supported with the cpu resource",
      );
    }
  } else if (!byteDivisors.includes(divisor)) {
    const name = resource.endsWith('ephemeral-storage') ? 'local ephemeral storage' : 'memory';
    const detail = `only divisor's values ${byteDivisors.join(', ')} are supported with the ${name} resource`;
    yield fieldInvalid(`${field}.divisor`, resource, detail);
  }
}

export function* envFrom(sources: readonly EnvFromSource[], field: string): Findings {
  for (const [index, source] of sources.entries()) {
    const at = `${field}[${index}]`;
    if (source.prefix) yield* matching(isEnvVarName(source.prefix), source.prefix, `${at}.prefix`);
    for (const name of ['configMapRef', 'secretRef'] as const) {
      const reference = source[name];
      if (reference === undefined) continue;
      if (!reference.name) yield fieldRequired(`${at}.${name}.name`);
      else yield* dnsSubdomain(reference.name, `${at}.${name}.name`);
    }
    if (source.configMapRef === undefined && source.secretRef === undefined) {
      yield fieldInvalid(field, '', 'must specify one of: `configMapRef` or `secretRef`');
    } else if (source.configMapRef !== undefined && source.secretRef !== undefined) {
      yield fieldInvalid(field, '', 'may not have more than one field specified at a time');
    }
  }
}
