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
  addresses: optional(list(EndpointAddress, { listType: 'atomic' })),
  notReadyAddresses: optional(list(EndpointAddress, { listType: 'atomic' })),
  ports: optional(list(EndpointPort, { listType: 'atomic' })),
});
export type EndpointSubset = Static<typeof EndpointSubset>;

export const Endpoints = object('io.k8s.api.core.v1.Endpoints', {
  apiVersion: optional(string),
  kind: optional(string),
  metadata: stored(ObjectMeta),
  subsets: optional(list(EndpointSubset, { listType: 'atomic' })),
});
export type Endpoints = Static<typeof Endpoints>;
