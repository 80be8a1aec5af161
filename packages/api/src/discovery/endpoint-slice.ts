import {
  ObjectMeta,
  boolean,
  int32,
  list,
  map,
  object,
  optional,
  required,
  stored,
  string,
  type Static,
} from '@wherry/apimachinery';
import { ObjectReference } from '../core/references.ts';

export const EndpointConditions = object('io.k8s.api.discovery.v1.EndpointConditions', {
  ready: optional(boolean, 'Whether it takes new connections.'),
  serving: optional(boolean, 'Whether it would, were it not on its way out.'),
  terminating: optional(boolean, 'Whether it is on its way out.'),
});
export type EndpointConditions = Static<typeof EndpointConditions>;

export const ForNode = object('io.k8s.api.discovery.v1.ForNode', {
  name: required(string, 'The node.'),
});
export type ForNode = Static<typeof ForNode>;

export const ForZone = object('io.k8s.api.discovery.v1.ForZone', {
  name: required(string, 'The zone.'),
});
export type ForZone = Static<typeof ForZone>;

export const EndpointHints = object('io.k8s.api.discovery.v1.EndpointHints', {
  forNodes: optional(list(ForNode, { listType: 'atomic' }), 'Consumers on these nodes.'),
  forZones: optional(list(ForZone, { listType: 'atomic' }), 'Consumers in these zones.'),
});
export type EndpointHints = Static<typeof EndpointHints>;

export const Endpoint = object('io.k8s.api.discovery.v1.Endpoint', {
  addresses: required(list(string, { listType: 'set' }), 'Its addresses; consumers use the first.'),
  conditions: optional(EndpointConditions, 'Ready, serving, terminating.'),
  deprecatedTopology: optional(map(string), 'Where it is, as v1beta1 said it.'),
  hints: optional(EndpointHints, 'Who should use it.'),
  hostname: optional(string, 'Its hostname.'),
  nodeName: optional(string, 'The node it is on.'),
  targetRef: optional(ObjectReference, 'The pod behind it.'),
  zone: optional(string, 'The zone it is in.'),
});
export type Endpoint = Static<typeof Endpoint>;

export const EndpointSlicePort = object(
  'io.k8s.api.discovery.v1.EndpointPort',
  {
    appProtocol: optional(string, 'What is spoken there.'),
    name: optional(string, 'Its name; unique in the slice.'),
    port: optional(int32, 'Its number.'),
    protocol: optional(string, 'TCP (the default), UDP or SCTP.'),
  },
  { mapType: 'atomic' },
);
export type EndpointSlicePort = Static<typeof EndpointSlicePort>;

export const EndpointSlice = object(
  'io.k8s.api.discovery.v1.EndpointSlice',
  {
    addressType: required(string, 'IPv4, IPv6 or FQDN. It cannot change.'),
    apiVersion: optional(string, 'The group and version of this representation.'),
    endpoints: optional(list(Endpoint, { listType: 'atomic' }), 'The endpoints; at most 1000.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    ports: optional(list(EndpointSlicePort, { listType: 'atomic' }), 'The ports of all of them.'),
  },
  { doc: 'A part of the addresses behind a Service.' },
);
export type EndpointSlice = Static<typeof EndpointSlice>;
