import {
  ObjectMeta,
  boolean,
  bytes,
  int32,
  int64,
  list,
  object,
  optional,
  required,
  stored,
  string,
  time,
  type Static,
} from '@wherry/apimachinery';
import { JSONSchemaProps } from './json-schema-props.ts';

export const ApiextensionsServiceReference = object(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ServiceReference',
  {
    name: required(string),
    namespace: required(string),
    path: optional(string),
    port: optional(int32),
  },
);
export type ApiextensionsServiceReference = Static<typeof ApiextensionsServiceReference>;

export const ApiextensionsWebhookClientConfig = object(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.WebhookClientConfig',
  {
    caBundle: optional(bytes),
    service: optional(ApiextensionsServiceReference),
    url: optional(string),
  },
);
export type ApiextensionsWebhookClientConfig = Static<typeof ApiextensionsWebhookClientConfig>;

export const WebhookConversion = object('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.WebhookConversion', {
  clientConfig: optional(ApiextensionsWebhookClientConfig),
  conversionReviewVersions: required(list(string, { listType: 'atomic' })),
});
export type WebhookConversion = Static<typeof WebhookConversion>;

export const CustomResourceConversion = object(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceConversion',
  {
    strategy: required(string),
    webhook: optional(WebhookConversion),
  },
);
export type CustomResourceConversion = Static<typeof CustomResourceConversion>;

export const CustomResourceDefinitionNames = object(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionNames',
  {
    categories: optional(list(string, { listType: 'atomic' })),
    kind: required(string),
    listKind: optional(string),
    plural: required(string),
    shortNames: optional(list(string, { listType: 'atomic' })),
    singular: optional(string),
  },
);
export type CustomResourceDefinitionNames = Static<typeof CustomResourceDefinitionNames>;

export const CustomResourceColumnDefinition = object(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceColumnDefinition',
  {
    description: optional(string),
    format: optional(string),
    jsonPath: required(string),
    name: required(string),
    priority: optional(int32),
    type: required(string),
  },
);
export type CustomResourceColumnDefinition = Static<typeof CustomResourceColumnDefinition>;

export const CustomResourceValidation = object(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceValidation',
  {
    openAPIV3Schema: optional(JSONSchemaProps, 'The schema of the objects: OpenAPI v3, structural.'),
  },
);
export type CustomResourceValidation = Static<typeof CustomResourceValidation>;

export const SelectableField = object('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.SelectableField', {
  jsonPath: required(string),
});
export type SelectableField = Static<typeof SelectableField>;

export const CustomResourceSubresourceScale = object(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresourceScale',
  {
    labelSelectorPath: optional(string),
    specReplicasPath: required(string),
    statusReplicasPath: required(string),
  },
);
export type CustomResourceSubresourceScale = Static<typeof CustomResourceSubresourceScale>;

export const CustomResourceSubresourceStatus = object(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresourceStatus',
  {},
);
export type CustomResourceSubresourceStatus = Static<typeof CustomResourceSubresourceStatus>;

export const CustomResourceSubresources = object(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresources',
  {
    scale: optional(CustomResourceSubresourceScale),
    status: optional(CustomResourceSubresourceStatus),
  },
);
export type CustomResourceSubresources = Static<typeof CustomResourceSubresources>;

export const CustomResourceDefinitionVersion = object(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionVersion',
  {
    additionalPrinterColumns: optional(list(CustomResourceColumnDefinition, { listType: 'atomic' })),
    deprecated: optional(boolean),
    deprecationWarning: optional(string),
    name: required(string),
    schema: optional(CustomResourceValidation),
    selectableFields: optional(list(SelectableField, { listType: 'atomic' })),
    served: required(boolean),
    storage: required(boolean),
    subresources: optional(CustomResourceSubresources),
  },
);
export type CustomResourceDefinitionVersion = Static<typeof CustomResourceDefinitionVersion>;

export const CustomResourceDefinitionSpec = object(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionSpec',
  {
    conversion: optional(CustomResourceConversion),
    group: required(string),
    names: required(CustomResourceDefinitionNames),
    preserveUnknownFields: optional(boolean),
    scope: required(string),
    versions: required(list(CustomResourceDefinitionVersion, { listType: 'atomic' })),
  },
);
export type CustomResourceDefinitionSpec = Static<typeof CustomResourceDefinitionSpec>;

export const CustomResourceDefinitionCondition = object(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionCondition',
  {
    lastTransitionTime: optional(time),
    message: optional(string),
    observedGeneration: optional(int64),
    reason: optional(string),
    status: required(string),
    type: required(string),
  },
);
export type CustomResourceDefinitionCondition = Static<typeof CustomResourceDefinitionCondition>;

export const CustomResourceDefinitionStatus = object(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionStatus',
  {
    acceptedNames: optional(CustomResourceDefinitionNames),
    conditions: optional(list(CustomResourceDefinitionCondition, { listType: 'map', mapKeys: ['type'] })),
    observedGeneration: optional(int64),
    storedVersions: optional(list(string, { listType: 'atomic' })),
  },
);
export type CustomResourceDefinitionStatus = Static<typeof CustomResourceDefinitionStatus>;

export const CustomResourceDefinition = object(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    spec: required(CustomResourceDefinitionSpec, 'What is wanted.'),
    status: optional(CustomResourceDefinitionStatus, 'What was last observed.'),
  },
);
export type CustomResourceDefinition = Static<typeof CustomResourceDefinition>;
