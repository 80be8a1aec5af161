import {
  ObjectMeta,
  boolean,
  int32,
  int64,
  list,
  map,
  object,
  optional,
  quantity,
  required,
  stored,
  string,
  type Static,
} from '@wherry/apimachinery';
import { Container, EphemeralContainer, ResourceRequirements } from './container.ts';
import { Affinity, PodSchedulingGate, PodSchedulingGroup, Toleration, TopologySpreadConstraint } from './placement.ts';
import { PodStatus } from './pod-status.ts';
import { LocalObjectReference } from './references.ts';
import { PodSecurityContext } from './security-context.ts';
import { Volume } from './volume.ts';

export const PodDNSConfigOption = object('io.k8s.api.core.v1.PodDNSConfigOption', {
  name: optional(string),
  value: optional(string),
});
export type PodDNSConfigOption = Static<typeof PodDNSConfigOption>;

export const PodDNSConfig = object('io.k8s.api.core.v1.PodDNSConfig', {
  nameservers: optional(list(string, { listType: 'atomic' })),
  options: optional(list(PodDNSConfigOption, { listType: 'atomic' })),
  searches: optional(list(string, { listType: 'atomic' })),
});
export type PodDNSConfig = Static<typeof PodDNSConfig>;

export const HostAlias = object('io.k8s.api.core.v1.HostAlias', {
  hostnames: optional(list(string, { listType: 'atomic' })),
  ip: required(string),
});
export type HostAlias = Static<typeof HostAlias>;

export const PodOS = object('io.k8s.api.core.v1.PodOS', {
  name: required(string),
});
export type PodOS = Static<typeof PodOS>;

export const PodReadinessGate = object('io.k8s.api.core.v1.PodReadinessGate', {
  conditionType: required(string),
});
export type PodReadinessGate = Static<typeof PodReadinessGate>;

export const PodResourceClaim = object('io.k8s.api.core.v1.PodResourceClaim', {
  name: required(string),
  resourceClaimName: optional(string),
  resourceClaimTemplateName: optional(string),
});
export type PodResourceClaim = Static<typeof PodResourceClaim>;

export const PodSpec = object('io.k8s.api.core.v1.PodSpec', {
  activeDeadlineSeconds: optional(int64),
  affinity: optional(Affinity),
  automountServiceAccountToken: optional(boolean),
  containers: required(
    list(Container, { listType: 'map', mapKeys: ['name'], patchStrategy: 'merge', patchMergeKey: 'name' }),
  ),
  dnsConfig: optional(PodDNSConfig),
  dnsPolicy: optional(string),
  enableServiceLinks: optional(boolean),
  ephemeralContainers: optional(
    list(EphemeralContainer, { listType: 'map', mapKeys: ['name'], patchStrategy: 'merge', patchMergeKey: 'name' }),
  ),
  hostAliases: optional(
    list(HostAlias, { listType: 'map', mapKeys: ['ip'], patchStrategy: 'merge', patchMergeKey: 'ip' }),
  ),
  hostIPC: optional(boolean),
  hostNetwork: optional(boolean),
  hostPID: optional(boolean),
  hostUsers: optional(boolean),
  hostname: optional(string),
  hostnameOverride: optional(string),
  imagePullSecrets: optional(
    list(LocalObjectReference, { listType: 'map', mapKeys: ['name'], patchStrategy: 'merge', patchMergeKey: 'name' }),
  ),
  initContainers: optional(
    list(Container, { listType: 'map', mapKeys: ['name'], patchStrategy: 'merge', patchMergeKey: 'name' }),
  ),
  nodeName: optional(string),
  nodeSelector: optional(map(string, { mapType: 'atomic' })),
  os: optional(PodOS),
  overhead: optional(map(quantity)),
  preemptionPolicy: optional(string),
  priority: optional(int32),
  priorityClassName: optional(string),
  readinessGates: optional(list(PodReadinessGate, { listType: 'atomic' })),
  resourceClaims: optional(
    list(PodResourceClaim, {
      listType: 'map',
      mapKeys: ['name'],
      patchStrategy: 'merge,retainKeys',
      patchMergeKey: 'name',
    }),
  ),
  resources: optional(ResourceRequirements),
  restartPolicy: optional(string),
  runtimeClassName: optional(string),
  schedulerName: optional(string),
  schedulingGates: optional(
    list(PodSchedulingGate, { listType: 'map', mapKeys: ['name'], patchStrategy: 'merge', patchMergeKey: 'name' }),
  ),
  schedulingGroup: optional(PodSchedulingGroup),
  securityContext: optional(PodSecurityContext),
  serviceAccount: optional(string),
  serviceAccountName: optional(string),
  setHostnameAsFQDN: optional(boolean),
  shareProcessNamespace: optional(boolean),
  subdomain: optional(string),
  terminationGracePeriodSeconds: optional(int64),
  tolerations: optional(list(Toleration, { listType: 'atomic' })),
  topologySpreadConstraints: optional(
    list(TopologySpreadConstraint, {
      listType: 'map',
      mapKeys: ['topologyKey', 'whenUnsatisfiable'],
      patchStrategy: 'merge',
      patchMergeKey: 'topologyKey',
    }),
  ),
  volumes: optional(
    list(Volume, { listType: 'map', mapKeys: ['name'], patchStrategy: 'merge,retainKeys', patchMergeKey: 'name' }),
  ),
});
export type PodSpec = Static<typeof PodSpec>;

export const Pod = object('io.k8s.api.core.v1.Pod', {
  apiVersion: optional(string),
  kind: optional(string),
  metadata: stored(ObjectMeta),
  spec: stored(PodSpec),
  status: optional(PodStatus),
});
export type Pod = Static<typeof Pod>;

export const PodTemplateSpec = object('io.k8s.api.core.v1.PodTemplateSpec', {
  metadata: optional(ObjectMeta),
  spec: stored(PodSpec),
});
export type PodTemplateSpec = Static<typeof PodTemplateSpec>;
