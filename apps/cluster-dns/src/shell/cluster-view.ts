import { endpointSlices, namespaces, pods, services } from '@wherry/api';
import type { EndpointSlice, Namespace, Pod, Service } from '@wherry/api';
import { Informer, type RestClient } from '@wherry/client';
import type { ClusterIndex } from '../core/cluster-index.ts';

export interface ClusterViewOptions {
  /** Pods are many, and only needed where their names are to be verified. */
  readonly withPods: boolean;
  readonly onError: (resource: string, error: unknown, delayMs: number) => void;
}

export interface ClusterView {
  readonly hasSynced: boolean;
  run(signal: AbortSignal): Promise<void>;
}

/** Keeps an index current by list and watch. */
export function clusterView(client: RestClient, index: ClusterIndex, options: ClusterViewOptions): ClusterView {
  const onError = (resource: string) => (error: unknown, delayMs: number) => options.onError(resource, error, delayMs);
  const serviceInformer = new Informer<Service>(client, services, { transform: lean, onError: onError('services') });
  serviceInformer.addHandler({
    onAdd: (service) => index.setService(service),
    onUpdate: (_old, service) => index.setService(service),
    onDelete: (service) => index.removeService(service),
  });
  const sliceInformer = new Informer<EndpointSlice>(client, endpointSlices, {
    transform: lean,
    onError: onError('endpointslices'),
  });
  sliceInformer.addHandler({
    onAdd: (slice) => index.setSlice(slice),
    onUpdate: (_old, slice) => index.setSlice(slice),
    onDelete: (slice) => index.removeSlice(slice),
  });
  const namespaceInformer = new Informer<Namespace>(client, namespaces, {
    transform: lean,
    onError: onError('namespaces'),
  });
  namespaceInformer.addHandler({
    onAdd: (namespace) => index.setNamespace(namespace),
    onDelete: (namespace) => index.removeNamespace(namespace),
  });
  const podInformer = new Informer<Pod>(client, pods, {
    fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed',
    transform: leanPod,
    onError: onError('pods'),
  });
  podInformer.addHandler({
    onAdd: (pod) => index.setPod(pod),
    onUpdate: (_old, pod) => index.setPod(pod),
    onDelete: (pod) => index.removePod(pod),
  });
  const informers = [serviceInformer, sliceInformer, namespaceInformer, ...(options.withPods ? [podInformer] : [])];
  const synced = (): boolean => informers.every(({ hasSynced }) => hasSynced);
  return {
    get hasSynced() {
      return synced();
    },
    async run(signal) {
      const waiting = Promise.all(informers.map((informer) => informer.waitForSync(signal)));
      await Promise.all([
        ...informers.map((informer) => informer.run(signal)),
        waiting.then(
          () => {
            index.synced = true;
          },
          (error: unknown) => {
            if (!signal.aborted) throw error;
          },
        ),
      ]);
    },
  };
}

/** Without what no answer is made of. */
function lean<T extends Service | EndpointSlice | Namespace>(object: T): T {
  object.metadata.managedFields = undefined;
  object.metadata.annotations = undefined;
  return object;
}

function leanPod({ apiVersion, kind, metadata, status }: Pod): Pod {
  const { name, namespace, uid, resourceVersion } = metadata;
  return {
    apiVersion,
    kind,
    metadata: { name, namespace, uid, resourceVersion },
    spec: { containers: [] },
    status: { podIPs: status?.podIPs },
  };
}
