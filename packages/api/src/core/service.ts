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
  appProtocol: optional(string, 'What is spoken here.'),
  name: optional(string, 'Its name; required when there are several.'),
  nodePort: optional(int32, 'The port on every node.'),
  port: required(int32, 'The port of the service.'),
  protocol: optional(string, 'TCP (the default), UDP or SCTP.'),
  targetPort: optional(intOrString, "The number or name of the pods' port; the same as port by default."),
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
  allocateLoadBalancerNodePorts: optional(boolean, 'Whether a LoadBalancer gets node ports; true by default.'),
  clusterIP: optional(string, 'Its address inside the cluster; None for a headless one. It stays for life.'),
  clusterIPs: optional(list(string, { listType: 'atomic' }), 'Its addresses, one a family.'),
  externalIPs: optional(list(string, { listType: 'atomic' }), 'Further addresses, routed to the nodes by others.'),
  externalName: optional(string, 'The name that an ExternalName stands for.'),
  externalTrafficPolicy: optional(
    string,
    "Cluster (the default), or Local to keep to the node and the client's address.",
  ),
  healthCheckNodePort: optional(int32, 'Where a load balancer asks a node for local endpoints.'),
  internalTrafficPolicy: optional(string, 'Cluster (the default), or Local to keep to the node.'),
  ipFamilies: optional(list(string, { listType: 'atomic' }), 'IPv4, IPv6 or both.'),
  ipFamilyPolicy: optional(string, 'SingleStack, PreferDualStack or RequireDualStack.'),
  loadBalancerClass: optional(string, 'Which implementation makes the load balancer.'),
  loadBalancerIP: optional(string, 'The address that is asked for; not every implementation listens.'),
  loadBalancerSourceRanges: optional(list(string, { listType: 'atomic' }), 'Which clients may come in.'),
  ports: optional(
    list(ServicePort, {
      listType: 'map',
      mapKeys: ['port', 'protocol'],
      mapKeyDefaults: { protocol: 'TCP' },
      patchStrategy: 'merge',
      patchMergeKey: 'port',
    }),
    'Its ports.',
  ),
  publishNotReadyAddresses: optional(boolean, 'Whether pods that are not ready count as well.'),
  selector: optional(
    map(string, { mapType: 'atomic' }),
    "The labels of its pods; without one, its endpoints are someone else's care.",
  ),
  sessionAffinity: optional(string, 'None (the default), or ClientIP.'),
  sessionAffinityConfig: optional(SessionAffinityConfig, 'How long a client stays with its pod.'),
  trafficDistribution: optional(string, 'Whether near endpoints are preferred.'),
  type: optional(string, 'ClusterIP (the default), NodePort, LoadBalancer or ExternalName.'),
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

export const Service = object(
  'io.k8s.api.core.v1.Service',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    spec: stored(ServiceSpec, 'What it is.'),
    status: optional(ServiceStatus, 'What was last observed.'),
  },
  { doc: 'A stable name and address for a changing set of pods.' },
);
export type Service = Static<typeof Service>;
