import {
  Condition,
  ObjectMeta,
  boolean,
  int32,
  intOrString,
  list,
  map,
  object,
  optional,
  required,
  stored,
  string,
  type Static,
} from '@wherry/apimachinery';

export const ServicePort = object('io.k8s.api.core.v1.ServicePort', {
  appProtocol: optional(string),
  name: optional(string),
  nodePort: optional(int32),
  port: required(int32),
  protocol: optional(string),
  targetPort: optional(intOrString),
});
export type ServicePort = Static<typeof ServicePort>;

export const ClientIPConfig = object('io.k8s.api.core.v1.ClientIPConfig', {
  timeoutSeconds: optional(int32),
});
export type ClientIPConfig = Static<typeof ClientIPConfig>;

export const SessionAffinityConfig = object('io.k8s.api.core.v1.SessionAffinityConfig', {
  clientIP: optional(ClientIPConfig),
});
export type SessionAffinityConfig = Static<typeof SessionAffinityConfig>;

export const ServiceSpec = object('io.k8s.api.core.v1.ServiceSpec', {
  allocateLoadBalancerNodePorts: optional(boolean),
  clusterIP: optional(string),
  clusterIPs: optional(list(string, { listType: 'atomic' })),
  externalIPs: optional(list(string, { listType: 'atomic' })),
  externalName: optional(string),
  externalTrafficPolicy: optional(string),
  healthCheckNodePort: optional(int32),
  internalTrafficPolicy: optional(string),
  ipFamilies: optional(list(string, { listType: 'atomic' })),
  ipFamilyPolicy: optional(string),
  loadBalancerClass: optional(string),
  loadBalancerIP: optional(string),
  loadBalancerSourceRanges: optional(list(string, { listType: 'atomic' })),
  ports: optional(
    list(ServicePort, {
      listType: 'map',
      mapKeys: ['port', 'protocol'],
      patchStrategy: 'merge',
      patchMergeKey: 'port',
    }),
  ),
  publishNotReadyAddresses: optional(boolean),
  selector: optional(map(string, { mapType: 'atomic' })),
  sessionAffinity: optional(string),
  sessionAffinityConfig: optional(SessionAffinityConfig),
  trafficDistribution: optional(string),
  type: optional(string),
});
export type ServiceSpec = Static<typeof ServiceSpec>;

export const PortStatus = object('io.k8s.api.core.v1.PortStatus', {
  error: optional(string),
  port: required(int32),
  protocol: required(string),
});
export type PortStatus = Static<typeof PortStatus>;

export const LoadBalancerIngress = object('io.k8s.api.core.v1.LoadBalancerIngress', {
  hostname: optional(string),
  ip: optional(string),
  ipMode: optional(string),
  ports: optional(list(PortStatus, { listType: 'atomic' })),
});
export type LoadBalancerIngress = Static<typeof LoadBalancerIngress>;

export const LoadBalancerStatus = object('io.k8s.api.core.v1.LoadBalancerStatus', {
  ingress: optional(list(LoadBalancerIngress, { listType: 'atomic' })),
});
export type LoadBalancerStatus = Static<typeof LoadBalancerStatus>;

export const ServiceStatus = object('io.k8s.api.core.v1.ServiceStatus', {
  conditions: optional(
    list(Condition, { listType: 'map', mapKeys: ['type'], patchStrategy: 'merge', patchMergeKey: 'type' }),
  ),
  loadBalancer: optional(LoadBalancerStatus),
});
export type ServiceStatus = Static<typeof ServiceStatus>;

export const Service = object('io.k8s.api.core.v1.Service', {
  apiVersion: optional(string),
  kind: optional(string),
  metadata: stored(ObjectMeta),
  spec: stored(ServiceSpec),
  status: optional(ServiceStatus),
});
export type Service = Static<typeof Service>;
