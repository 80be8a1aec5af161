import { limitRanges, type Container, type LimitRange, type LimitRangeItem, type Pod } from '@wherry/api';
import type { PersistentVolumeClaim } from '@wherry/api';
import {
  addQuantities,
  compareQuantities,
  forbidden,
  formatQuantity,
  parseQuantity,
  quantityMilliValue,
  type Quantity,
} from '@wherry/apimachinery';
import { groupResource } from '../registry/object-meta.ts';
import { findServed, type Registry } from '../registry/registry.ts';
import type { AdmissionPlugin, AdmissionRequest } from './chain.ts';

const ANNOTATION = 'kubernetes.io/limit-ranger';

/** Fills in what a namespace's LimitRanges say of containers that say nothing, and holds pods and claims to them. */
export const limitRanger: AdmissionPlugin = {
  name: 'LimitRanger',
  concerns: ['/pods', '/persistentvolumeclaims'],
  mutate(request, registry) {
    if (request.operation !== 'CREATE' || !isOf(request, 'pods')) return;
    const said: string[] = [];
    const pod = request.object as Pod;
    for (const { spec } of rangesOf(registry, request.namespace)) {
      for (const item of spec.limits.filter(({ type }) => type === 'Container')) fillIn(pod, item, said);
    }
    if (said.length === 0) return;
    const text = `LimitRanger plugin set: ${said.join('; ')}`;
    pod.metadata.annotations = { ...pod.metadata.annotations, [ANNOTATION]: text };
  },
  validate(request, registry) {
    const isPod = isOf(request, 'pods') && request.operation === 'CREATE';
    const isResize = isOf(request, 'pods', 'resize') && request.operation === 'UPDATE';
    const isClaim = isOf(request, 'persistentvolumeclaims') && request.operation !== 'DELETE';
    if (!isPod && !isResize && !isClaim) return;
    const wrong = new Set<string>();
    for (const { spec } of rangesOf(registry, request.namespace)) {
      for (const item of spec.limits) {
        const found = isClaim
          ? claimFindings(request.object as PersistentVolumeClaim, item)
          : podFindings(request.object as Pod, item);
        for (const text of found) wrong.add(text);
      }
    }
    if (wrong.size === 0) return;
    const all = [...wrong];
    const why = all.length === 1 ? all[0]! : `[${all.join(', ')}]`;
    throw forbidden(groupResource(request.served), request.object?.metadata.name ?? request.name, why);
  },
};

function isOf({ served, subresource }: AdmissionRequest, plural: string, wanted = ''): boolean {
  return served.resource.group === '' && served.resource.plural === plural && subresource === wanted;
}

function rangesOf(registry: Registry, namespace: string): LimitRange[] {
  const served = findServed(registry, limitRanges.group, limitRanges.version, limitRanges.plural);
  return (served?.cache.list(namespace) ?? []).map((entry) => entry.object as LimitRange);
}

function fillIn(pod: Pod, item: LimitRangeItem, said: string[]): void {
  for (const container of pod.spec.containers) fillContainer(container, item, 'container', said);
  for (const container of pod.spec.initContainers ?? []) fillContainer(container, item, 'init container', said);
}

function fillContainer(container: Container, item: LimitRangeItem, what: string, said: string[]): void {
  const resources = container.resources ?? {};
  const requests = missing(item.defaultRequest, resources.requests);
  const limits = missing(item.default, resources.limits);
  if (requests.length === 0 && limits.length === 0) return;
  container.resources = resources;
  if (limits.length > 0) resources.limits = { ...pick(item.default, limits), ...resources.limits };
  if (requests.length > 0) {
    resources.requests = { ...pick(item.defaultRequest, requests), ...resources.requests };
    said.push(`${requests.join(', ')} request for ${what} ${container.name}`);
  }
  if (limits.length > 0) said.push(`${limits.join(', ')} limit for ${what} ${container.name}`);
}

type Amounts = Readonly<Record<string, string>> | undefined;

function missing(from: Amounts, present: Amounts): string[] {
  return Object.keys(from ?? {})
    .filter((name) => present?.[name] === undefined)
    .sort();
}

function pick(from: Amounts, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, from?.[name] ?? '0']));
}

function podFindings(pod: Pod, item: LimitRangeItem): string[] {
  const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  if (item.type === 'Container') {
    return containers.flatMap(({ resources }) => findings(item, resources?.requests, resources?.limits));
  }
  if (item.type !== 'Pod') return [];
  return findings(item, podSum(pod, 'requests'), podSum(pod, 'limits'));
}

/** Sidecars run beside the containers, of the other init containers one at a time. */
function podSum({ spec }: Pod, what: 'requests' | 'limits'): Record<string, string> {
  const sum: Record<string, Quantity> = {};
  const add = (amounts: Amounts): void => {
    for (const [name, text] of Object.entries(amounts ?? {})) {
      sum[name] = addQuantities(sum[name] ?? parseQuantity('0'), parseQuantity(text));
    }
  };
  for (const container of spec.containers) add(container.resources?.[what]);
  const init = spec.initContainers ?? [];
  for (const container of init) if (container.restartPolicy === 'Always') add(container.resources?.[what]);
  for (const container of init) {
    for (const [name, text] of Object.entries(container.resources?.[what] ?? {})) {
      if (compareQuantities(text, sum[name] ?? '0') > 0) sum[name] = parseQuantity(text);
    }
  }
  for (const [name, text] of Object.entries(spec.resources?.[what] ?? {})) sum[name] = parseQuantity(text);
  return Object.fromEntries(Object.entries(sum).map(([name, amount]) => [name, formatQuantity(amount)]));
}

function claimFindings({ spec }: PersistentVolumeClaim, item: LimitRangeItem): string[] {
  if (item.type !== 'PersistentVolumeClaim') return [];
  const requests = spec.resources?.requests;
  const least = each(item.min, (name, bound) => minimum(item.type, name, bound, requests?.[name], undefined));
  return [...least, ...each(item.max, (name, bound) => maximumRequest(item.type, name, bound, requests?.[name]))];
}

function findings(item: LimitRangeItem, requests: Amounts, limits: Amounts): string[] {
  const { type } = item;
  return [
    ...each(item.min, (name, bound) => minimum(type, name, bound, requests?.[name], limits?.[name])),
    ...each(item.max, (name, bound) => maximum(type, name, bound, requests?.[name], limits?.[name])),
    ...each(item.maxLimitRequestRatio, (name, bound) => ratio(type, name, bound, requests?.[name], limits?.[name])),
  ];
}

function each(bounds: Amounts, find: (name: string, bound: string) => string | undefined): string[] {
  return Object.entries(bounds ?? {}).flatMap(([name, bound]) => find(name, bound) ?? []);
}

type Amount = string | undefined;

function minimum(type: string, name: string, bound: string, request: Amount, limit: Amount): string | undefined {
  const rule = `minimum ${name} usage per ${type} is ${bound}`;
  if (request === undefined) return `${rule}.  No request is specified`;
  if (compareQuantities(request, bound) < 0) return `${rule}, but request is ${request}`;
  if (limit !== undefined && compareQuantities(limit, bound) < 0) return `${rule}, but limit is ${limit}`;
  return undefined;
}

function maximum(type: string, name: string, bound: string, request: Amount, limit: Amount): string | undefined {
  const rule = `maximum ${name} usage per ${type} is ${bound}`;
  if (limit === undefined) return `${rule}.  No limit is specified`;
  if (compareQuantities(limit, bound) > 0) return `${rule}, but limit is ${limit}`;
  if (request !== undefined && compareQuantities(request, bound) > 0) return `${rule}, but request is ${request}`;
  return undefined;
}

function maximumRequest(type: string, name: string, bound: string, request: Amount): string | undefined {
  const rule = `maximum ${name} usage per ${type} is ${bound}`;
  if (request === undefined) return `${rule}.  No request is specified`;
  return compareQuantities(request, bound) > 0 ? `${rule}, but request is ${request}` : undefined;
}

function ratio(type: string, name: string, bound: string, request: Amount, limit: Amount): string | undefined {
  const rule = `${name} max limit to request ratio per ${type} is ${bound}`;
  const [asked, most] = [quantityMilliValue(request ?? '0'), quantityMilliValue(limit ?? '0')];
  if (asked === 0) return `${rule}, but no request is specified or request is 0`;
  if (most === 0) return `${rule}, but no limit is specified or limit is 0`;
  const provided = most / asked;
  return provided > quantityMilliValue(bound) / 1000
    ? `${rule}, but provided ratio is ${provided.toFixed(6)}`
    : undefined;
}
