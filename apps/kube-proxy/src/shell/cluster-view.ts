import { endpointSlices, nodes, services, type EndpointSlice, type Node, type Service } from '@wherry/api';
import { Informer, keyOf, type RestClient } from '@wherry/client';
import type { ServiceView } from '../core/rule-set.ts';

/** Not for us: headless Services, and those that another proxy serves (as upstream selects). */
const labelSelector = '!service.kubernetes.io/headless,!service.kubernetes.io/service-proxy-name';
const serviceNameLabel = 'kubernetes.io/service-name';
const byService = 'service';

export interface ClusterViewOptions {
  readonly nodeName: string;
  readonly onServiceChange: () => void;
  /** Given the slice as it is now, or undefined when it was deleted. */
  readonly onSliceChange: (slice: EndpointSlice | undefined) => void;
  readonly onError: (what: string, error: unknown, delayMs: number) => void;
}

/** What kube-proxy knows of the cluster: by list and watch alone. */
export class ClusterView {
  readonly #services: Informer<Service>;
  readonly #slices: Informer<EndpointSlice>;
  readonly #nodes: Informer<Node>;
  readonly #nodeName: string;

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
    const { onServiceChange, onSliceChange } = options;
    this.#services.addHandler({ onAdd: onServiceChange, onUpdate: onServiceChange, onDelete: onServiceChange });
    this.#slices.addHandler({
      onAdd: onSliceChange,
      onUpdate: (_old, slice) => onSliceChange(slice),
      onDelete: () => onSliceChange(undefined),
    });
  }

  /** Until aborted. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#services.run(signal), this.#slices.run(signal), this.#nodes.run(signal)]);
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

  serviceViews(): ServiceView[] {
    return this.#services.store
      .list()
      .map((service) => ({ service, slices: this.#slices.store.byIndex(byService, keyOf(service)) }));
  }
}

function serviceKeys(slice: EndpointSlice): string[] {
  const name = slice.metadata.labels?.[serviceNameLabel];
  return name === undefined ? [] : [`${slice.metadata.namespace ?? ''}/${name}`];
}
