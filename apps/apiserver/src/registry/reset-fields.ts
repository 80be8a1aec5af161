import type { Resource } from '@wherry/api';
import { emptySet, type FieldSet } from '@wherry/apimachinery/managed-fields';

const spec: FieldSet = { 'f:spec': {} };
const status: FieldSet = { 'f:status': {} };
const specAndMetadata: FieldSet = { 'f:metadata': {}, 'f:spec': {} };

/** What a write of the status leaves as it is, where it is more than the spec (upstream: GetResetFields). */
const ofStatus: Readonly<Record<string, FieldSet>> = {
  '/pods': { 'f:metadata': { 'f:deletionTimestamp': {}, 'f:ownerReferences': {} }, 'f:spec': {} },
  'apps/deployments': { 'f:metadata': { 'f:labels': {} }, 'f:spec': {} },
  'admissionregistration.k8s.io/validatingadmissionpolicies': specAndMetadata,
  'apiextensions.k8s.io/customresourcedefinitions': specAndMetadata,
  'apiregistration.k8s.io/apiservices': specAndMetadata,
  'flowcontrol.apiserver.k8s.io/flowschemas': specAndMetadata,
  'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations': specAndMetadata,
};

/** Fields that an endpoint resets to what they were: nobody comes to own them by writing to it. */
export function resetFields(resource: Resource, subresource: string): FieldSet {
  const id = `${resource.group}/${resource.plural}`;
  if (subresource === 'status') return resource.custom ? specAndMetadata : (ofStatus[id] ?? spec);
  if (subresource !== '' || !resource.subresources.includes('status')) return emptySet;
  return id === 'certificates.k8s.io/certificatesigningrequests' ? { ...spec, ...status } : status;
}
