import { ObjectMeta, int32, list, object, optional, required, stored, string, type Static } from '@wherry/apimachinery';
import { TypedLocalObjectReference } from '../core/references.ts';

export const ServiceBackendPort = object(
  'io.k8s.api.networking.v1.ServiceBackendPort',
  {
    name: optional(string, 'The name of the port; instead of its number.'),
    number: optional(int32, 'The number of the port; instead of its name.'),
  },
  { mapType: 'atomic' },
);
export type ServiceBackendPort = Static<typeof ServiceBackendPort>;

export const IngressServiceBackend = object('io.k8s.api.networking.v1.IngressServiceBackend', {
  name: required(string, 'The Service, in the same namespace.'),
  port: optional(ServiceBackendPort, 'Which of its ports.'),
});
export type IngressServiceBackend = Static<typeof IngressServiceBackend>;

export const IngressBackend = object('io.k8s.api.networking.v1.IngressBackend', {
  resource: optional(TypedLocalObjectReference, 'An object of the same namespace that answers; instead of a Service.'),
  service: optional(IngressServiceBackend, 'The Service that answers.'),
});
export type IngressBackend = Static<typeof IngressBackend>;

export const HTTPIngressPath = object('io.k8s.api.networking.v1.HTTPIngressPath', {
  backend: required(IngressBackend, 'Who answers.'),
  path: optional(string, 'What the path of a request is compared with; begins with a slash.'),
  pathType: required(string, 'How: Exact, Prefix or ImplementationSpecific.'),
});
export type HTTPIngressPath = Static<typeof HTTPIngressPath>;

export const HTTPIngressRuleValue = object('io.k8s.api.networking.v1.HTTPIngressRuleValue', {
  paths: required(list(HTTPIngressPath, { listType: 'atomic' }), 'Who answers which paths.'),
});
export type HTTPIngressRuleValue = Static<typeof HTTPIngressRuleValue>;

export const IngressRule = object('io.k8s.api.networking.v1.IngressRule', {
  host: optional(string, 'The host it is about, `*.` in front for any one label; every host when empty.'),
  http: optional(HTTPIngressRuleValue, 'What is done with its requests.'),
});
export type IngressRule = Static<typeof IngressRule>;

export const IngressTLS = object('io.k8s.api.networking.v1.IngressTLS', {
  hosts: optional(list(string, { listType: 'atomic' }), 'The hosts in the certificate.'),
  secretName: optional(string, 'The Secret with the certificate and its key.'),
});
export type IngressTLS = Static<typeof IngressTLS>;

export const IngressSpec = object('io.k8s.api.networking.v1.IngressSpec', {
  defaultBackend: optional(IngressBackend, 'Who answers what no rule is about.'),
  ingressClassName: optional(string, 'The class of controllers that take care of it.'),
  rules: optional(list(IngressRule, { listType: 'atomic' }), 'Who answers which hosts and paths.'),
  tls: optional(
    list(IngressTLS, { listType: 'atomic' }),
    'Which hosts are served by TLS, and with which certificates.',
  ),
});
export type IngressSpec = Static<typeof IngressSpec>;

export const IngressPortStatus = object('io.k8s.api.networking.v1.IngressPortStatus', {
  error: optional(string, 'Why the port does not work.'),
  port: required(int32, 'The port.'),
  protocol: required(string, 'TCP, UDP or SCTP.'),
});
export type IngressPortStatus = Static<typeof IngressPortStatus>;

export const IngressLoadBalancerIngress = object('io.k8s.api.networking.v1.IngressLoadBalancerIngress', {
  hostname: optional(string, 'The name by which it is reached.'),
  ip: optional(string, 'The address by which it is reached.'),
  ports: optional(list(IngressPortStatus, { listType: 'atomic' }), 'The ports that are open there.'),
});
export type IngressLoadBalancerIngress = Static<typeof IngressLoadBalancerIngress>;

export const IngressLoadBalancerStatus = object('io.k8s.api.networking.v1.IngressLoadBalancerStatus', {
  ingress: optional(list(IngressLoadBalancerIngress, { listType: 'atomic' }), 'Where it is reached.'),
});
export type IngressLoadBalancerStatus = Static<typeof IngressLoadBalancerStatus>;

export const IngressStatus = object('io.k8s.api.networking.v1.IngressStatus', {
  loadBalancer: optional(IngressLoadBalancerStatus, 'The load balancer in front of it.'),
});
export type IngressStatus = Static<typeof IngressStatus>;

export const Ingress = object(
  'io.k8s.api.networking.v1.Ingress',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    spec: stored(IngressSpec, 'What is wanted.'),
    status: optional(IngressStatus, 'What was last observed.'),
  },
  { doc: 'Leads HTTP from outside to Services.' },
);
export type Ingress = Static<typeof Ingress>;
