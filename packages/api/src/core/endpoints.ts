import { ObjectMeta, int32, list, object, optional, required, stored, string, type Static } from '@wherry/apimachinery';
import { ObjectReference } from './references.ts';

export const EndpointAddress = object(
  'io.k8s.api.core.v1.EndpointAddress',
  {
    hostname: optional(string),
    ip: required(string),
    nodeName: optional(string),
    targetRef: optional(ObjectReference),
  },
  { mapType: 'atomic' },
);
export type EndpointAddress = Static<typeof EndpointAddress>;

export const EndpointPort = object(
  'io.k8s.api.core.v1.EndpointPort',
  {
    appProtocol: optional(string),
    name: optional(string),
    port: required(int32),
    protocol: optional(string),
  },
  { mapType: 'atomic' },
);
export type EndpointPort = Static<typeof EndpointPort>;

export const EndpointSubset = object('io.k8s.api.core.v1.EndpointSubset', {
  addresses: optional(list(EndpointAddress, { listType: 'atomic' }), 'Addresses that are ready.'),
  notReadyAddresses: optional(list(EndpointAddress, { listType: 'atomic' }), 'Addresses that are not.'),
  ports: optional(list(EndpointPort, { listType: 'atomic' }), 'The ports of all of them.'),
});
export type EndpointSubset = Static<typeof EndpointSubset>;

export const Endpoints = object(
  'io.k8s.api.core.v1.Endpoints',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    subsets: optional(list(EndpointSubset, { listType: 'atomic' }), 'Sets of addresses with the same ports.'),
  },
  { doc: 'The addresses behind a Service, in the older form.' },
);
export type Endpoints = Static<typeof Endpoints>;
