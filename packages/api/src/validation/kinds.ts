import { isDns1035Label, isDns1123Label, isDns1123Subdomain } from '@wherry/apimachinery';
import type { Resource } from '../resource.ts';
import { admissionregistrationValidators } from './admissionregistration.ts';
import { apiregistrationValidators } from './api-service.ts';
import { autoscalingValidators } from './autoscaler.ts';
import { batchValidators } from './batch.ts';
import { certificatesValidators } from './certificates.ts';
import { configMap, configMapUpdate, secret, secretUpdate } from './config.ts';
import { deviceValidators } from './devices.ts';
import { policyValidators } from './disruption-budget.ts';
import { endpoints, endpointSlice, endpointSliceUpdate } from './endpoints.ts';
import { event, eventV1 } from './event.ts';
import { flowcontrolValidators } from './flowcontrol.ts';
import { lease } from './lease.ts';
import { namespace, namespaceStatus } from './namespace.ts';
import { networkingValidators } from './networking.ts';
import { node, nodeStatus, nodeUpdate } from './node.ts';
import { podCreate, podStatusUpdate, podUpdate } from './pod.ts';
import { rbacValidators } from './rbac.ts';
import { schedulingValidators } from './scheduling.ts';
import { service, serviceStatus, serviceUpdate } from './service.ts';
import { spaceValidators } from './space.ts';
import { storageValidators } from './storage.ts';
import type { Validator } from './validator.ts';
import { workloadValidators } from './workloads.ts';

const validators: Readonly<Record<string, Validator>> = {
  '/Pod': { name: isDns1123Subdomain, create: podCreate, update: podUpdate, status: podStatusUpdate },
  '/Node': { name: isDns1123Subdomain, create: node, update: nodeUpdate, status: nodeStatus },
  '/Namespace': { name: isDns1123Label, create: namespace, status: namespaceStatus },
  '/Service': { name: isDns1035Label, create: service, update: serviceUpdate, status: serviceStatus },
  '/Endpoints': { name: isDns1123Subdomain, create: endpoints },
  '/ConfigMap': { name: isDns1123Subdomain, create: configMap, update: configMapUpdate },
  '/Secret': { name: isDns1123Subdomain, create: secret, update: secretUpdate },
  '/ServiceAccount': { name: isDns1123Subdomain },
  '/Event': { name: isDns1123Subdomain, create: event },
  'events.k8s.io/Event': { name: isDns1123Subdomain, create: eventV1 },
  'discovery.k8s.io/EndpointSlice': { name: isDns1123Subdomain, create: endpointSlice, update: endpointSliceUpdate },
  'coordination.k8s.io/Lease': { name: isDns1123Subdomain, create: lease },
  ...admissionregistrationValidators,
  ...apiregistrationValidators,
  ...certificatesValidators,
  ...flowcontrolValidators,
  ...networkingValidators,
  ...rbacValidators,
  ...schedulingValidators,
  ...storageValidators,
  ...deviceValidators,
  ...autoscalingValidators,
  ...batchValidators,
  ...policyValidators,
  ...spaceValidators,
  ...workloadValidators,
};

export function validatorOf(
  resource: Pick<Resource, 'group' | 'kind'> & Partial<Pick<Resource, 'version'>>,
): Validator {
  const { group, version, kind } = resource;
  return validators[`${group}/${version}/${kind}`] ?? validators[`${group}/${kind}`] ?? { name: isDns1123Subdomain };
}
