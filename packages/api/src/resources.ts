import type { Resource } from './resource.ts';
import {
  mutatingWebhookConfigurations,
  validatingWebhookConfigurations,
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
  mutatingAdmissionPolicies,
  mutatingAdmissionPolicyBindings,
} from './resources/admissionregistration.ts';
import { customResourceDefinitions } from './resources/apiextensions.ts';
import { apiServices } from './resources/apiregistration.ts';
import { replicaSets, deployments, daemonSets, statefulSets, controllerRevisions } from './resources/apps.ts';
import { tokenReviews, selfSubjectReviews } from './resources/authentication.ts';
import {
  subjectAccessReviews,
  selfSubjectAccessReviews,
  localSubjectAccessReviews,
  selfSubjectRulesReviews,
} from './resources/authorization.ts';
import { horizontalPodAutoscalers, horizontalPodAutoscalersV1 } from './resources/autoscaling.ts';
import { jobs, cronJobs } from './resources/batch.ts';
import { certificateSigningRequests } from './resources/certificates.ts';
import { leases } from './resources/coordination.ts';
import {
  pods,
  nodes,
  namespaces,
  services,
  endpoints,
  configMaps,
  secrets,
  serviceAccounts,
  events,
  podTemplates,
  replicationControllers,
  limitRanges,
  resourceQuotas,
  persistentVolumes,
  persistentVolumeClaims,
  componentStatuses,
  bindings,
} from './resources/core.ts';
import { endpointSlices } from './resources/discovery.ts';
import { eventsV1 } from './resources/events.ts';
import { flowSchemas, priorityLevelConfigurations } from './resources/flowcontrol.ts';
import { ingresses, ingressClasses, networkPolicies, ipAddresses, serviceCidrs } from './resources/networking.ts';
import { runtimeClasses } from './resources/node.ts';
import { podDisruptionBudgets } from './resources/policy.ts';
import { roles, clusterRoles, roleBindings, clusterRoleBindings } from './resources/rbac.ts';
import { deviceClasses, resourceClaims, resourceClaimTemplates, resourceSlices } from './resources/resource.ts';
import { priorityClasses } from './resources/scheduling.ts';
import {
  storageClasses,
  volumeAttachments,
  csiDrivers,
  csiNodes,
  csiStorageCapacities,
  volumeAttributesClasses,
} from './resources/storage.ts';

export * from './resources/admissionregistration.ts';
export * from './resources/apiextensions.ts';
export * from './resources/apiregistration.ts';
export * from './resources/apps.ts';
export * from './resources/authentication.ts';
export * from './resources/authorization.ts';
export * from './resources/autoscaling.ts';
export * from './resources/batch.ts';
export * from './resources/certificates.ts';
export * from './resources/coordination.ts';
export * from './resources/core.ts';
export * from './resources/discovery.ts';
export * from './resources/events.ts';
export * from './resources/flowcontrol.ts';
export * from './resources/networking.ts';
export * from './resources/node.ts';
export * from './resources/policy.ts';
export * from './resources/rbac.ts';
export * from './resources/resource.ts';
export * from './resources/scheduling.ts';
export * from './resources/storage.ts';

/** Everything that is served. The columns and selectors of a resource see objects of its own kind only. */
export const resources: readonly Resource[] = [
  pods,
  nodes,
  namespaces,
  services,
  endpoints,
  configMaps,
  secrets,
  serviceAccounts,
  events,
  podTemplates,
  replicationControllers,
  limitRanges,
  resourceQuotas,
  persistentVolumes,
  persistentVolumeClaims,
  componentStatuses,
  bindings,
  endpointSlices,
  eventsV1,
  leases,
  replicaSets,
  deployments,
  daemonSets,
  statefulSets,
  controllerRevisions,
  jobs,
  cronJobs,
  horizontalPodAutoscalers,
  horizontalPodAutoscalersV1,
  podDisruptionBudgets,
  ingresses,
  ingressClasses,
  networkPolicies,
  ipAddresses,
  serviceCidrs,
  roles,
  clusterRoles,
  roleBindings,
  clusterRoleBindings,
  tokenReviews,
  selfSubjectReviews,
  subjectAccessReviews,
  selfSubjectAccessReviews,
  localSubjectAccessReviews,
  selfSubjectRulesReviews,
  certificateSigningRequests,
  runtimeClasses,
  priorityClasses,
  storageClasses,
  volumeAttachments,
  csiDrivers,
  csiNodes,
  csiStorageCapacities,
  volumeAttributesClasses,
  deviceClasses,
  resourceClaims,
  resourceClaimTemplates,
  resourceSlices,
  mutatingWebhookConfigurations,
  validatingWebhookConfigurations,
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
  mutatingAdmissionPolicies,
  mutatingAdmissionPolicyBindings,
  flowSchemas,
  priorityLevelConfigurations,
  customResourceDefinitions,
  apiServices,
];

export function findResource(group: string, version: string, plural: string): Resource | undefined {
  return resources.find((r) => r.group === group && r.version === version && r.plural === plural);
}

export function findResourceByKind(group: string, version: string, kind: string): Resource | undefined {
  return resources.find((r) => r.group === group && r.version === version && r.kind === kind);
}
