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
  endPort: optional(int32, 'With port: every port up to this one.'),
  port: optional(intOrString, 'The port, by number or by the name that the pod gives it; every port when absent.'),
  protocol: optional(string, 'TCP (the default), UDP or SCTP.'),
});
export type NetworkPolicyPort = Static<typeof NetworkPolicyPort>;

export const IPBlock = object('io.k8s.api.networking.v1.IPBlock', {
  cidr: required(string, 'The block of addresses.'),
  except: optional(list(string, { listType: 'atomic' }), 'Blocks within it that are left out.'),
});
export type IPBlock = Static<typeof IPBlock>;

export const NetworkPolicyPeer = object('io.k8s.api.networking.v1.NetworkPolicyPeer', {
  ipBlock: optional(IPBlock, 'Addresses outside the cluster; alone.'),
  namespaceSelector: optional(LabelSelector, 'Pods of these namespaces.'),
  podSelector: optional(LabelSelector, 'These pods: of the same namespace, or of those selected.'),
});
export type NetworkPolicyPeer = Static<typeof NetworkPolicyPeer>;

export const NetworkPolicyEgressRule = object('io.k8s.api.networking.v1.NetworkPolicyEgressRule', {
  ports: optional(list(NetworkPolicyPort, { listType: 'atomic' }), 'To which ports; all when empty.'),
  to: optional(list(NetworkPolicyPeer, { listType: 'atomic' }), 'To whom; everyone when empty.'),
});
export type NetworkPolicyEgressRule = Static<typeof NetworkPolicyEgressRule>;

export const NetworkPolicyIngressRule = object('io.k8s.api.networking.v1.NetworkPolicyIngressRule', {
  from: optional(list(NetworkPolicyPeer, { listType: 'atomic' }), 'From whom; everyone when empty.'),
  ports: optional(list(NetworkPolicyPort, { listType: 'atomic' }), 'To which ports; all when empty.'),
});
export type NetworkPolicyIngressRule = Static<typeof NetworkPolicyIngressRule>;

export const NetworkPolicySpec = object('io.k8s.api.networking.v1.NetworkPolicySpec', {
  egress: optional(list(NetworkPolicyEgressRule, { listType: 'atomic' }), 'What its pods may connect to.'),
  ingress: optional(list(NetworkPolicyIngressRule, { listType: 'atomic' }), 'What may connect to its pods.'),
  podSelector: optional(LabelSelector, 'Which pods it is about; all of the namespace when empty.'),
  policyTypes: optional(
    list(string, { listType: 'atomic' }),
    'Ingress, Egress or both: which directions it restricts.',
  ),
});
export type NetworkPolicySpec = Static<typeof NetworkPolicySpec>;

export const NetworkPolicy = object(
  'io.k8s.api.networking.v1.NetworkPolicy',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    spec: stored(NetworkPolicySpec, 'What is wanted.'),
  },
  { doc: 'Says what may connect to pods, and what they may connect to.' },
);
export type NetworkPolicy = Static<typeof NetworkPolicy>;
