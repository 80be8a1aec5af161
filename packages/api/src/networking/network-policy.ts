import {
  LabelSelector,
  ObjectMeta,
  int32,
  intOrString,
  list,
  object,
  optional,
  required,
  stored,
  string,
  type Static,
} from '@wherry/apimachinery';

export const NetworkPolicyPort = object('io.k8s.api.networking.v1.NetworkPolicyPort', {
  endPort: optional(int32),
  port: optional(intOrString),
  protocol: optional(string),
});
export type NetworkPolicyPort = Static<typeof NetworkPolicyPort>;

export const IPBlock = object('io.k8s.api.networking.v1.IPBlock', {
  cidr: required(string),
  except: optional(list(string, { listType: 'atomic' })),
});
export type IPBlock = Static<typeof IPBlock>;

export const NetworkPolicyPeer = object('io.k8s.api.networking.v1.NetworkPolicyPeer', {
  ipBlock: optional(IPBlock),
  namespaceSelector: optional(LabelSelector),
  podSelector: optional(LabelSelector),
});
export type NetworkPolicyPeer = Static<typeof NetworkPolicyPeer>;

export const NetworkPolicyEgressRule = object('io.k8s.api.networking.v1.NetworkPolicyEgressRule', {
  ports: optional(list(NetworkPolicyPort, { listType: 'atomic' })),
  to: optional(list(NetworkPolicyPeer, { listType: 'atomic' })),
});
export type NetworkPolicyEgressRule = Static<typeof NetworkPolicyEgressRule>;

export const NetworkPolicyIngressRule = object('io.k8s.api.networking.v1.NetworkPolicyIngressRule', {
  from: optional(list(NetworkPolicyPeer, { listType: 'atomic' })),
  ports: optional(list(NetworkPolicyPort, { listType: 'atomic' })),
});
export type NetworkPolicyIngressRule = Static<typeof NetworkPolicyIngressRule>;

export const NetworkPolicySpec = object('io.k8s.api.networking.v1.NetworkPolicySpec', {
  egress: optional(list(NetworkPolicyEgressRule, { listType: 'atomic' })),
  ingress: optional(list(NetworkPolicyIngressRule, { listType: 'atomic' })),
  podSelector: optional(LabelSelector),
  policyTypes: optional(list(string, { listType: 'atomic' })),
});
export type NetworkPolicySpec = Static<typeof NetworkPolicySpec>;

export const NetworkPolicy = object('io.k8s.api.networking.v1.NetworkPolicy', {
  apiVersion: optional(string, 'The group and version of this representation.'),
  kind: optional(string, 'The kind of this representation.'),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  spec: stored(NetworkPolicySpec, 'What is wanted.'),
});
export type NetworkPolicy = Static<typeof NetworkPolicy>;
