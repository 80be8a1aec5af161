import { ObjectMeta, object, optional, required, stored, string, type Static } from '@wherry/apimachinery';
import { ResourceClaimSpec } from './resource-claim.ts';

export const ResourceClaimTemplateSpec = object('io.k8s.api.resource.v1.ResourceClaimTemplateSpec', {
  metadata: optional(ObjectMeta),
  spec: required(ResourceClaimSpec),
});
export type ResourceClaimTemplateSpec = Static<typeof ResourceClaimTemplateSpec>;

export const ResourceClaimTemplate = object('io.k8s.api.resource.v1.ResourceClaimTemplate', {
  apiVersion: optional(string, 'The group and version of this representation.'),
  kind: optional(string, 'The kind of this representation.'),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  spec: required(ResourceClaimTemplateSpec, 'What is wanted.'),
});
export type ResourceClaimTemplate = Static<typeof ResourceClaimTemplate>;
