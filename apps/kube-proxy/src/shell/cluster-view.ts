import {
  endpointSlices,
  nodes,
  serviceCidrs,
  services,
  type EndpointSlice,
  type Node,
  type Service,
  type ServiceCIDR,
} from '@wherry/api';
import { Informer, keyOf, type RestClient } from '@wherry/client';
import { podCidrOf } from '../core/node.ts';
import { cidrAddresses } from '../core/policy/addresses.ts';
import type { ServiceView, Surroundings } from '../core/rule-set.ts';
import { PolicyWatch } from './policy-watch.ts';

/** Not for us: headless Services, and those that another proxy serves (as upstream selects). */
const labelSelector = '!service.kubernetes.io/headless,!service.kubernetes.io/service-proxy-name';
const serviceNameLabel = 'kubernetes.io/service-name';
const byService = 'service';

export interface ClusterViewOptions {
  readonly nodeName: string;
  /** Whether NetworkPolicies are looked at. */
  readonly networkPolicies: boolean;
  readonly onServiceChange: () => void;
  /** Given the slice as it is now, or undefined when it was deleted. */
  readonly onSliceChange: (slice: EndpointSlice | undefined) => void;
  /** What rules depend on besides. */
  readonly onOtherChange: () => void;
  readonly onError: (what: string, error: unknown, delayMs: number) => void;
}

/** What kube-proxy knows of the cluster: by list and watch alone. */
export class ClusterView {
  readonly #services: Informer<Service>;
  readonly #slices: Informer<EndpointSlice>;
  readonly #serviceCidrs: Informer<ServiceCIDR>;
  readonly #nodes: Informer<Node>;
  readonly #policies: PolicyWatch | undefined;
  readonly #nodeName: string;
  /** The last known: rules for it must not go when the Node object does for a while. */
  #podCidr: string | undefined;

  constructor(client: RestClient, options: ClusterViewOptions) {
    const onError = (what: string) => (error: unknown, delayMs: number) => options.onError(what, error, delayMs);
    this.#nodeName = options.nodeName;
    this.#services = new Informer(client, services, { labelSelector, onError: onError('services') });
    this.#slices = new Informer(client, endpointSlices, {
      labelSelector,
      onError: onError('endpointslices'),
      indexers: { [byService]: serviceKeys },
    });
    this.#nodes = new Informer(client, nodes, {
      fieldSelector: `metadata.name=${options.nodeName}`,
      onError: onError('nodes'),
    });
    this.#serviceCidrs = new Informer(client, serviceCidrs, { onError: onError('servicecidrs') });
    const { onServiceChange, onSliceChange, onOtherChange } = options;
    this.#policies = options.networkPolicies
      ? new PolicyWatch(client, { onChange: onOtherChange, onError: options.onError })
      : undefined;
    this.#serviceCidrs.addHandler({ onAdd: onOtherChange, onDelete: onOtherChange });
    const noteRange = (node: Node): void => {
      const range = podCidrOf(node);
      if (range === undefined || range === this.#podCidr) return;
      this.#podCidr = range;
      onOtherChange();
    };
    this.#nodes.addHandler({ onAdd: noteRange, onUpdate: (_old, node) => noteRange(node) });
    this.#services.addHandler({ onAdd: onServiceChange, onUpdate: onServiceChange, onDelete: onServiceChange });
    this.#slices.addHandler({
      onAdd: onSliceChange,
      onUpdate: (_old, slice) => onSliceChange(slice),
      onDelete: () => onSliceChange(undefined),
    });
  }

  /** Until aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const runners: { run(signal: AbortSignal): Promise<void> }[] = [
      this.#services,
      this.#slices,
      this.#nodes,
      this.#serviceCidrs,
    ];
    if (this.#policies !== undefined) runners.push(this.#policies);
    await Promise.all(runners.map((runner) => runner.run(signal)));
  }

  /** Both lists are complete: before that, rules made of them would break Services that work. */
  async waitForSync(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#services.waitForSync(signal), this.#slices.waitForSync(signal)]);
  }

  async waitForNode(signal: AbortSignal): Promise<Node | undefined> {
    await this.#nodes.waitForSync(signal);
    return this.node;
  }

  /** This node, once it is known and registered. */
  get node(): Node | undefined {
    return this.#nodes.store.get(this.#nodeName);
  }

  /** Policies are unknown until their lists are complete, and this node's range with them. */
  surroundings(): Surroundings {
    const cidrs = this.#serviceCidrs.store.list().flatMap(({ spec }) => spec.cidrs ?? []);
    const known = this.#nodes.hasSynced;
    return {
      policies: this.#policies === undefined ? noPolicies : known ? this.#policies.view(this.#podCidr) : undefined,
      serviceCidrs: cidrs.filter((cidr) => cidrAddresses(cidr) !== undefined).toSorted(),
    };
  }

  serviceViews(): ServiceView[] {
    return this.#services.store
      .list()
      .map((service) => ({ service, slices: this.#slices.store.byIndex(byService, keyOf(service)) }));
  }
}

const noPolicies: Surroundings['policies'] = { policies: [], pods: [], namespaceLabels: new Map() };

function serviceKeys(slice: EndpointSlice): string[] {
  const name = slice.metadata.labels?.[serviceNameLabel];
  return name === undefined ? [] : [`${slice.metadata.namespace ?? ''}/${name}`];
}
