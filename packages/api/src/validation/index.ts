import type { FieldError, KubeObject } from '@wherry/apimachinery';
import type { Resource } from '../resource.ts';
import { validatorOf } from './kinds.ts';
import { validateMetadata, validateMetadataUpdate } from './metadata.ts';

type Served = Pick<Resource, 'group' | 'kind' | 'namespaced' | 'rules'> & Partial<Pick<Resource, 'version'>>;

/** What is wrong with a new object, after defaulting, in upstream's words. Nothing is changed. */
export function validateCreate(resource: Served, object: KubeObject): FieldError[] {
  const validator = validatorOf(resource);
  const errors = validateMetadata(object.metadata, resource.namespaced, validator.name);
  return [...errors, ...(resource.rules?.validateCreate(object) ?? validator.create?.(object as never) ?? [])];
}

/** What is wrong with a change of the object proper: the new state, and what may not change. */
export function validateUpdate(resource: Served, object: KubeObject, old: KubeObject): FieldError[] {
  const validator = validatorOf(resource);
  const errors = validateMetadataUpdate(object.metadata, old.metadata);
  if (resource.rules) return [...errors, ...resource.rules.validateUpdate(object, old)];
  return [...errors, ...((validator.update ?? validator.create)?.(object as never, old as never) ?? [])];
}

/** What is wrong with a change made through /status. */
export function validateStatusUpdate(resource: Served, object: KubeObject, old: KubeObject): FieldError[] {
  const validator = validatorOf(resource);
  const errors = validateMetadataUpdate(object.metadata, old.metadata);
  if (resource.rules) return [...errors, ...resource.rules.validateStatusUpdate(object, old)];
  return [...errors, ...(validator.status?.(object as never, old as never) ?? [])];
}

export { validateBinding } from './binding.ts';
export { validatePodResize } from './pod-resize.ts';
export { validatePodEphemeralContainersUpdate } from './ephemeral-containers.ts';
export { validateApproval } from './certificates.ts';
