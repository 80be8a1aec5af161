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
  ready: optional(boolean),
  serving: optional(boolean),
  terminating: optional(boolean),
});
export type EndpointConditions = Static<typeof EndpointConditions>;

export const ForNode = object('io.k8s.api.discovery.v1.ForNode', {
  name: required(string),
});
export type ForNode = Static<typeof ForNode>;

export const ForZone = object('io.k8s.api.discovery.v1.ForZone', {
  name: required(string),
});
export type ForZone = Static<typeof ForZone>;

export const EndpointHints = object('io.k8s.api.discovery.v1.EndpointHints', {
  forNodes: optional(list(ForNode, { listType: 'atomic' })),
  forZones: optional(list(ForZone, { listType: 'atomic' })),
});
export type EndpointHints = Static<typeof EndpointHints>;

export const Endpoint = object('io.k8s.api.discovery.v1.Endpoint', {
  addresses: required(list(string, { listType: 'set' })),
  conditions: optional(EndpointConditions),
  deprecatedTopology: optional(map(string)),
  hints: optional(EndpointHints),
  hostname: optional(string),
  nodeName: optional(string),
  targetRef: optional(ObjectReference),
  zone: optional(string),
});
export type Endpoint = Static<typeof Endpoint>;

export const EndpointSlicePort = object(
  'io.k8s.api.discovery.v1.EndpointPort',
  {
    appProtocol: optional(string),
    name: optional(string),
    port: optional(int32),
    protocol: optional(string),
  },
  { mapType: 'atomic' },
);
export type EndpointSlicePort = Static<typeof EndpointSlicePort>;

export const EndpointSlice = object('io.k8s.api.discovery.v1.EndpointSlice', {
  addressType: required(string),
  apiVersion: optional(string),
  endpoints: optional(list(Endpoint, { listType: 'atomic' })),
  kind: optional(string),
  metadata: stored(ObjectMeta),
  ports: optional(list(EndpointSlicePort, { listType: 'atomic' })),
});
export type EndpointSlice = Static<typeof EndpointSlice>;
