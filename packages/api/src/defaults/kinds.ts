import { setOwn } from '@wherry/apimachinery';
import type { Endpoints } from '../core/endpoints.ts';
import type { Namespace } from '../core/namespace.ts';
import type { Node } from '../core/node.ts';
import type { Secret } from '../core/secret.ts';
import type { EndpointSlice } from '../discovery/endpoint-slice.ts';
import { defaultPod } from './pod.ts';
import { admissionregistrationDefaults } from './admissionregistration.ts';
import { autoscalingDefaults } from './autoscaling.ts';
import { batchDefaults } from './batch.ts';
import { deviceDefaults } from './devices.ts';
import { flowcontrolDefaults } from './flowcontrol.ts';
import { limitDefaults } from './limits.ts';
import { networkingDefaults } from './networking.ts';
import { rbacDefaults } from './rbac.ts';
import { defaultResourceList } from './resource-list.ts';
import { defaultService } from './service.ts';
import { apiregistrationDefaults, schedulingDefaults, storageDefaults } from './storage.ts';
import { volumeDefaults } from './volume-claim.ts';
import { workloadDefaults } from './workloads.ts';

/** By group and kind, or group, version and kind. Kinds that have no defaults are not listed. */
export const defaultsByKind: Readonly<Record<string, (object: never) => void>> = {
  '/Pod': defaultPod,
  '/Service': defaultService,
  '/Namespace': defaultNamespace,
  '/Node': defaultNode,
  '/Secret': defaultSecret,
  '/Endpoints': defaultEndpoints,
  'discovery.k8s.io/EndpointSlice': defaultEndpointSlice,
  ...workloadDefaults,
  ...batchDefaults,
  ...autoscalingDefaults,
  ...volumeDefaults,
  ...limitDefaults,
  ...admissionregistrationDefaults,
  ...apiregistrationDefaults,
  ...flowcontrolDefaults,
  ...networkingDefaults,
  ...rbacDefaults,
  ...schedulingDefaults,
  ...storageDefaults,
  ...deviceDefaults,
};

/** The label by which selectors find a namespace. The finalizer belongs to the strategy upstream, for new ones only. */
function defaultNamespace(namespace: Namespace): void {
  const { metadata } = namespace;
  if (metadata.name !== '' && metadata.name !== undefined) {
    metadata.labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name };
  }
}

function defaultNode(node: Node): void {
  const { status } = node;
  if (status === undefined) return;
  defaultResourceList(status.capacity);
  defaultResourceList(status.allocatable);
  if (status.allocatable === undefined && status.capacity !== undefined) status.allocatable = { ...status.capacity };
}

/** stringData is for writing alone: it becomes data, above what data says, and is never stored. */
function defaultSecret(secret: Secret): void {
  secret.type ||= 'Opaque';
  if (secret.stringData === undefined) return;
  const data = { ...secret.data };
  for (const [key, text] of Object.entries(secret.stringData)) setOwn(data, key, base64(text));
  secret.data = data;
  delete secret.stringData;
}

function base64(text: string): string {
  let binary = '';
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}

function defaultEndpoints(endpoints: Endpoints): void {
  for (const subset of endpoints.subsets ?? []) for (const port of subset.ports ?? []) port.protocol ||= 'TCP';
}

function defaultEndpointSlice(slice: EndpointSlice): void {
  for (const port of slice.ports ?? []) {
    port.name ??= '';
    port.protocol ||= 'TCP';
  }
}
