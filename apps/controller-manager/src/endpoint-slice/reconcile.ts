import { semanticEqual, type ObjectMeta } from '@wherry/apimachinery';
import {
  services,
  type Endpoint,
  type EndpointSlice,
  type EndpointSlicePort,
  type Node,
  type Pod,
  type Service,
} from '@wherry/api';
import { formatTime } from '@wherry/client';
import { hasSelector, isHeadless, mayServe } from '../endpoints/endpoint-pods.ts';
import { controllerRef } from '../ownership/controller-ref.ts';
import { serviceNameLabel } from '../runner/indexes.ts';
import type { CreateStep, DeleteStep, Plan, UpdateStep } from '../runner/plan.ts';
import { distribute } from './distribute.ts';
import { addressTypes, endpointOf, portsKey, portsOf, type AddressType } from './endpoint.ts';

export interface EndpointSliceView {
  readonly service: Service;
  readonly pods: readonly Pod[];
  readonly nodes: ReadonlyMap<string, Node>;
  /** The slices of the service that this controller manages. */
  readonly slices: readonly EndpointSlice[];
  readonly maxEndpointsPerSlice: number;
}

export const managedByLabel = 'endpointslice.kubernetes.io/managed-by';
export const managedBy = 'endpointslice-controller.k8s.io';
const headlessLabel = 'service.kubernetes.io/headless';
const lastChange = 'endpoints.kubernetes.io/last-change-trigger-time';
/** A pod whose node is not known yet is left out, and looked at again. */
const unknownNodeMs = 1_000;

interface Group {
  readonly ports: readonly EndpointSlicePort[];
  readonly endpoints: Endpoint[];
}

/** Keeps the slices of a service with a selector: for each address family and each set of ports as few as will do. */
export function reconcileEndpointSlices(view: EndpointSliceView, now: number): Plan {
  const { service } = view;
  if (!hasSelector(service) || service.metadata.deletionTimestamp !== undefined) return {};
  const draft = new Draft(service, now);
  const types = addressTypes(service);
  for (const type of types) {
    const slices = view.slices.filter(
      (slice) => slice.addressType === type && slice.metadata.deletionTimestamp === undefined,
    );
    draftOfType(view, type, slices, draft);
  }
  for (const slice of view.slices) if (!types.includes(slice.addressType as AddressType)) draft.remove(slice);
  const strangers = view.pods.some((pod) => pod.spec.nodeName !== undefined && !view.nodes.has(pod.spec.nodeName));
  return {
    create: draft.creates,
    update: draft.updates,
    delete: draft.deletes,
    requeueAfterMs: strangers ? unknownNodeMs : undefined,
  };
}

function draftOfType(view: EndpointSliceView, type: AddressType, slices: readonly EndpointSlice[], draft: Draft): void {
  const groups = groupByPorts(view, type);
  const rest = new Set(slices);
  for (const [key, { ports, endpoints }] of groups) {
    const own = slices.filter((slice) => portsKey(slice.ports) === key);
    for (const slice of own) rest.delete(slice);
    for (const { slice, endpoints: content, changed } of distribute(own, endpoints, view.maxEndpointsPerSlice)) {
      if (slice === undefined) draft.create(type, ports, content);
      else if (content.length === 0) rest.add(slice);
      else if (changed || draft.metadataDiffers(slice)) draft.update(slice, ports, content);
    }
  }
  // Of a service without endpoints one empty slice stays: it tells that somebody has looked.
  const [first, ...others] = rest;
  if (groups.size > 0) for (const slice of rest) draft.remove(slice);
  else if (first === undefined) draft.create(type, [], []);
  else {
    if ((first.endpoints ?? []).length > 0 || (first.ports ?? []).length > 0 || draft.metadataDiffers(first)) {
      draft.update(first, [], []);
    }
    for (const slice of others) draft.remove(slice);
  }
}

function groupByPorts({ service, pods, nodes }: EndpointSliceView, type: AddressType): Map<string, Group> {
  const groups = new Map<string, Group>();
  for (const pod of pods) {
    if (!mayServe(pod, true)) continue;
    const { nodeName } = pod.spec;
    const node = nodeName === undefined ? undefined : nodes.get(nodeName);
    if (nodeName !== undefined && node === undefined) continue;
    const ports = portsOf(service, pod);
    const endpoint = endpointOf(service, pod, node, type);
    if (ports === undefined || endpoint === undefined) continue;
    const key = portsKey(ports);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { ports, endpoints: [endpoint] });
    else group.endpoints.push(endpoint);
  }
  return groups;
}

class Draft {
  readonly creates: CreateStep[] = [];
  readonly updates: UpdateStep[] = [];
  readonly deletes: DeleteStep[] = [];
  readonly #service: Service;
  readonly #labels: Record<string, string>;
  readonly #now: string;

  constructor(service: Service, now: number) {
    this.#service = service;
    this.#labels = labelsOf(service);
    this.#now = formatTime(now);
  }

  metadataDiffers({ metadata: { labels, ownerReferences } }: EndpointSlice): boolean {
    return (
      !semanticEqual(labels, this.#labels) ||
      ownerReferences?.some((owner) => owner.uid === this.#service.metadata.uid) !== true
    );
  }

  create(addressType: AddressType, ports: readonly EndpointSlicePort[], endpoints: readonly Endpoint[]): void {
    const { name, namespace } = this.#service.metadata;
    const metadata = this.#metadata({ generateName: `${name}-`, namespace } as ObjectMeta);
    const object: EndpointSlice = { metadata, addressType, ports: [...ports], endpoints: [...endpoints] };
    const failed = {
      reason: 'FailedToUpdateEndpointSlices',
      message: `Error updating Endpoint Slices for Service ${namespace ?? ''}/${name}: {error}`,
    };
    this.creates.push({
      resource: 'endpointslices.discovery.k8s.io',
      object,
      announce: { about: this.#service, failed },
    });
  }

  update(slice: EndpointSlice, ports: readonly EndpointSlicePort[], endpoints: readonly Endpoint[]): void {
    const metadata = this.#metadata(slice.metadata);
    const object: EndpointSlice = { ...slice, metadata, ports: [...ports], endpoints: [...endpoints] };
    this.updates.push({ resource: 'endpointslices.discovery.k8s.io', object });
  }

  remove({ metadata: { namespace, name, uid, deletionTimestamp } }: EndpointSlice): void {
    if (deletionTimestamp !== undefined) return;
    this.deletes.push({ resource: 'endpointslices.discovery.k8s.io', namespace, name, uid });
  }

  #metadata(metadata: ObjectMeta): ObjectMeta {
    return {
      ...metadata,
      labels: this.#labels,
      annotations: { ...metadata.annotations, [lastChange]: this.#now },
      ownerReferences: [controllerRef(this.#service, services)],
    };
  }
}

function labelsOf(service: Service): Record<string, string> {
  const { [headlessLabel]: _, ...labels } = service.metadata.labels ?? {};
  return {
    ...labels,
    ...(isHeadless(service) ? { [headlessLabel]: '' } : {}),
    [serviceNameLabel]: service.metadata.name,
    [managedByLabel]: managedBy,
  };
}
