import { ObjectMeta, int32, list, object, optional, required, stored, string, type Static } from '@wherry/apimachinery';
import { TypedLocalObjectReference } from '../core/references.ts';

export const ServiceBackendPort = object(
  'io.k8s.api.networking.v1.ServiceBackendPort',
  {
    name: optional(string),
    number: optional(int32),
  },
  { mapType: 'atomic' },
);
export type ServiceBackendPort = Static<typeof ServiceBackendPort>;

export const IngressServiceBackend = object('io.k8s.api.networking.v1.IngressServiceBackend', {
  name: required(string),
  port: optional(ServiceBackendPort),
});
export type IngressServiceBackend = Static<typeof IngressServiceBackend>;

export const IngressBackend = object('io.k8s.api.networking.v1.IngressBackend', {
  resource: optional(TypedLocalObjectReference),
  service: optional(IngressServiceBackend),
});
export type IngressBackend = Static<typeof IngressBackend>;

export const HTTPIngressPath = object('io.k8s.api.networking.v1.HTTPIngressPath', {
  backend: required(IngressBackend),
  path: optional(string),
  pathType: required(string),
});
export type HTTPIngressPath = Static<typeof HTTPIngressPath>;

export const HTTPIngressRuleValue = object('io.k8s.api.networking.v1.HTTPIngressRuleValue', {
  paths: required(list(HTTPIngressPath, { listType: 'atomic' })),
});
export type HTTPIngressRuleValue = Static<typeof HTTPIngressRuleValue>;

export const IngressRule = object('io.k8s.api.networking.v1.IngressRule', {
  host: optional(string),
  http: optional(HTTPIngressRuleValue),
});
export type IngressRule = Static<typeof IngressRule>;

export const IngressTLS = object('io.k8s.api.networking.v1.IngressTLS', {
  hosts: optional(list(string, { listType: 'atomic' })),
  secretName: optional(string),
});
export type IngressTLS = Static<typeof IngressTLS>;

export const IngressSpec = object('io.k8s.api.networking.v1.IngressSpec', {
  defaultBackend: optional(IngressBackend),
  ingressClassName: optional(string),
  rules: optional(list(IngressRule, { listType: 'atomic' })),
  tls: optional(list(IngressTLS, { listType: 'atomic' })),
});
export type IngressSpec = Static<typeof IngressSpec>;

export const IngressPortStatus = object('io.k8s.api.networking.v1.IngressPortStatus', {
  error: optional(string),
  port: required(int32),
  protocol: required(string),
});
export type IngressPortStatus = Static<typeof IngressPortStatus>;

export const IngressLoadBalancerIngress = object('io.k8s.api.networking.v1.IngressLoadBalancerIngress', {
  hostname: optional(string),
  ip: optional(string),
  ports: optional(list(IngressPortStatus, { listType: 'atomic' })),
});
export type IngressLoadBalancerIngress = Static<typeof IngressLoadBalancerIngress>;

export const IngressLoadBalancerStatus = object('io.k8s.api.networking.v1.IngressLoadBalancerStatus', {
  ingress: optional(list(IngressLoadBalancerIngress, { listType: 'atomic' })),
});
export type IngressLoadBalancerStatus = Static<typeof IngressLoadBalancerStatus>;

export const IngressStatus = object('io.k8s.api.networking.v1.IngressStatus', {
  loadBalancer: optional(IngressLoadBalancerStatus),
});
export type IngressStatus = Static<typeof IngressStatus>;

export const Ingress = object('io.k8s.api.networking.v1.Ingress', {
  apiVersion: optional(string, 'The group and version of this representation.'),
  kind: optional(string, 'The kind of this representation.'),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  spec: stored(IngressSpec, 'What is wanted.'),
  status: optional(IngressStatus, 'What was last observed.'),
});
export type Ingress = Static<typeof Ingress>;
