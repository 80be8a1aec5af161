import { apiVersionOf } from '@wherry/api';
import type { Served } from '../registry/served.ts';
import type { ServedResources } from '../registry/served-resources.ts';

export interface GroupVersion {
  group: string;
  version: string;
  /** In the order of their names. */
  resources: readonly Served[];
}

/** Groups in the order in which clients prefer them, as upstream's; custom ones come after these, by name. */
const groupOrder = [
  '',
  'apiregistration.k8s.io',
  'apps',
  'events.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'storage.k8s.io',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'scheduling.k8s.io',
  'coordination.k8s.io',
  'node.k8s.io',
  'discovery.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'resource.k8s.io',
];

/** What is served, by group and version; made anew when what is served has changed. */
export class GroupVersions {
  readonly #served: ServedResources;
  #generation = -1;
  #list: readonly GroupVersion[] = [];

  constructor(served: ServedResources) {
    this.#served = served;
  }

  /** Changes with what is served. */
  get generation(): number {
    return this.#served.generation;
  }

  /** The versions of a group are next to each other, the preferred one first. */
  get list(): readonly GroupVersion[] {
    if (this.#generation !== this.#served.generation) {
      this.#generation = this.#served.generation;
      this.#list = gather(this.#served.values());
    }
    return this.#list;
  }

  find(group: string, version: string): GroupVersion | undefined {
    return this.list.find((item) => item.group === group && item.version === version);
  }
}

function gather(all: Iterable<Served>): GroupVersion[] {
  const found = new Map<string, Served[]>();
  for (const served of all) {
    const key = apiVersionOf(served.resource);
    const list = found.get(key);
    if (list) list.push(served);
    else found.set(key, [served]);
  }
  return [...found.values()]
    .map((list) => ({
      group: list[0]!.resource.group,
      version: list[0]!.resource.version,
      resources: list.toSorted((a, b) => (a.resource.plural < b.resource.plural ? -1 : 1)),
    }))
    .toSorted((a, b) => compareGroups(a.group, b.group) || compareVersions(a.version, b.version));
}

function compareGroups(a: string, b: string): number {
  if (a === b) return 0;
  return rankOf(a) - rankOf(b) || (a < b ? -1 : 1);
}

function rankOf(group: string): number {
  const at = groupOrder.indexOf(group);
  return at < 0 ? groupOrder.length : at;
}

/** The preferred version first: v2, v1, v2beta1, v1beta2, v1alpha1, then whatever else by name. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  if (left === undefined || right === undefined) {
    if (left !== right) return left === undefined ? 1 : -1;
    return a < b ? -1 : a > b ? 1 : 0;
  }
  return right.stability - left.stability || right.major - left.major || right.minor - left.minor;
}

function partsOf(version: string) {
  const found = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (found === null) return undefined;
  const stability = found[2] === undefined ? 2 : found[2] === 'beta' ? 1 : 0;
  return { stability, major: Number(found[1]), minor: Number(found[3] ?? 0) };
}
