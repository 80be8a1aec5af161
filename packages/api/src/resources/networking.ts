import {
  ingressClassColumns,
  ingressColumns,
  ipAddressColumns,
  networkPolicyColumns,
  serviceCidrColumns,
} from '../columns/networking.ts';
import { IngressClass } from '../networking/ingress-class.ts';
import { Ingress } from '../networking/ingress.ts';
import { IPAddress } from '../networking/ip-address.ts';
import { NetworkPolicy } from '../networking/network-policy.ts';
import { ServiceCIDR } from '../networking/service-cidr.ts';
import type { Resource } from '../resource.ts';
import { namespacedV1, metadataFields, nameField } from './fields.ts';

const common = { ...namespacedV1, group: 'networking.k8s.io' } as const;

export const ingresses: Resource<Ingress> = {
  ...common,
  kind: 'Ingress',
  plural: 'ingresses',
  singular: 'ingress',
  shortNames: ['ing'],
  schema: Ingress,
  subresources: ['status'],
  columns: ingressColumns,
  selectableFields: metadataFields,
};

export const ingressClasses: Resource<IngressClass> = {
  ...common,
  kind: 'IngressClass',
  plural: 'ingressclasses',
  singular: 'ingressclass',
  namespaced: false,
  schema: IngressClass,
  columns: ingressClassColumns,
  selectableFields: nameField,
};

export const networkPolicies: Resource<NetworkPolicy> = {
  ...common,
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  singular: 'networkpolicy',
  shortNames: ['netpol'],
  schema: NetworkPolicy,
  columns: networkPolicyColumns,
  selectableFields: metadataFields,
};

export const ipAddresses: Resource<IPAddress> = {
  ...common,
  kind: 'IPAddress',
  plural: 'ipaddresses',
  singular: 'ipaddress',
  shortNames: ['ip'],
  namespaced: false,
  schema: IPAddress,
  columns: ipAddressColumns,
  selectableFields: nameField,
};

export const serviceCidrs: Resource<ServiceCIDR> = {
  ...common,
  kind: 'ServiceCIDR',
  plural: 'servicecidrs',
  singular: 'servicecidr',
  namespaced: false,
  schema: ServiceCIDR,
  subresources: ['status'],
  columns: serviceCidrColumns,
  selectableFields: nameField,
};
