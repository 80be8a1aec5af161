import { semanticEqual, type ObjectMeta } from '@wherry/apimachinery';
import type { Endpoints, Pod, Service } from '@wherry/api';
import { formatTime } from '@wherry/client';
import type { Plan } from '../runner/plan.ts';
import { hasSelector, isHeadless } from './endpoint-pods.ts';
import { endpointSubsets, truncate } from './subsets.ts';

export interface EndpointsView {
  readonly service: Service | undefined;
  readonly pods: readonly Pod[];
  readonly current: Endpoints | undefined;
}

const managedByLabel = 'endpoints.kubernetes.io/managed-by';
const managedBy = 'endpoint-controller';
const headlessLabel = 'service.kubernetes.io/headless';
const overCapacity = 'endpoints.kubernetes.io/over-capacity';
const lastChange = 'endpoints.kubernetes.io/last-change-trigger-time';
const maxAddresses = 1000;

/** Keeps the one Endpoints object of a service with a selector. */
export function reconcileEndpoints({ service, pods, current }: EndpointsView, now: number): Plan {
  if (service === undefined) return current?.metadata.labels?.[managedByLabel] === managedBy ? removal(current) : {};
  if (!hasSelector(service) || service.metadata.deletionTimestamp !== undefined) return {};
  const { subsets, over } = truncate(endpointSubsets(service, pods), maxAddresses);
  const labels = labelsOf(service);
  const annotations = annotationsOf(current, over);
  if (
    current !== undefined &&
    semanticEqual(current.subsets, subsets) &&
    semanticEqual(current.metadata.labels, labels) &&
    current.metadata.annotations?.[overCapacity] === annotations[overCapacity]
  ) {
    return {};
  }
  annotations[lastChange] = formatTime(now);
  const { name, namespace } = service.metadata;
  const metadata: ObjectMeta = { ...current?.metadata, name, namespace, labels, annotations };
  const object: Endpoints = { metadata, subsets };
  const verb = current === undefined ? 'create' : 'update';
  const failed = {
    reason: current === undefined ? 'FailedToCreateEndpoint' : 'FailedToUpdateEndpoint',
    message: `Failed to ${verb} endpoint ${namespace ?? ''}/${name}: {error}`,
  };
  return {
    [verb]: [
      {
        resource: 'endpoints',
        object,
        announce: { about: { ...object, kind: 'Endpoints', apiVersion: 'v1' }, failed },
      },
    ],
  };
}

function removal({ metadata: { namespace, name, uid } }: Endpoints): Plan {
  return { delete: [{ resource: 'endpoints', namespace, name, uid }] };
}

function labelsOf(service: Service): Record<string, string> {
  const { [headlessLabel]: _, ...labels } = service.metadata.labels ?? {};
  return { ...labels, ...(isHeadless(service) ? { [headlessLabel]: '' } : {}), [managedByLabel]: managedBy };
}

function annotationsOf(current: Endpoints | undefined, over: boolean): Record<string, string> {
  const { [overCapacity]: _, ...annotations } = current?.metadata.annotations ?? {};
  return over ? { ...annotations, [overCapacity]: 'truncated' } : annotations;
}
