import { fieldInvalid, isQualifiedName } from '@wherry/apimachinery';
import { resourceName } from './container-resources.ts';
import { matching, type Findings } from './value-rules.ts';

const counted = [
  'pods',
  'services',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
];
const computed = ['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'];
const local = ['ephemeral-storage', 'requests.ephemeral-storage', 'limits.ephemeral-storage', 'requests.storage'];
const quota = new Set([...counted, ...computed, ...local]);

const isHugePages = (name: string): boolean => /^(requests\.)?hugepages-/.test(name);

export function isQuotaResource(name: string): boolean {
  return quota.has(name) || isHugePages(name);
}

/** What the requests and limits of pods sum up to: what quota scopes of pods can be about. */
export function isComputeQuota(name: string): boolean {
  return computed.includes(name);
}

/** A name of any resource: well-formed, and a known one unless it belongs to a domain. */
export function* anyResourceName(name: string, field: string): Findings {
  const messages = isQualifiedName(name);
  yield* matching(messages, name, field);
  const known = quota.has(name) || isHugePages(name) || name === 'storage';
  if (messages.length === 0 && !name.includes('/') && !known) {
    yield fieldInvalid(field, name, 'must be a standard resource type or fully qualified');
  }
}

export function* quotaResourceName(name: string, field: string): Findings {
  yield* anyResourceName(name, field);
  if (isQualifiedName(name).length === 0 && !name.includes('/') && !isQuotaResource(name)) {
    yield fieldInvalid(field, name, 'must be a standard resource for quota');
  }
}

/** Ranges of pods and containers are about what containers can ask for. */
export function limitResourceName(type: string, name: string, field: string): Findings {
  return type === 'Pod' || type === 'Container' ? resourceName(name, field) : anyResourceName(name, field);
}
