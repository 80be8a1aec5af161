import type { APIService, CSIDriver } from '@wherry/api';
import { deepEqual } from '@wherry/apimachinery';
import { certificateSigningRequestStrategy } from './certificate-strategy.ts';
import { timeOf } from './object-meta.ts';
import type { Strategy } from './strategy.ts';

const plain: Strategy = { allowsUnconditionalUpdate: true };
const created: Strategy = { ...plain, createsOnUpdate: true };
const counted: Strategy = { ...plain, countsGeneration: true };
const withStatus: Strategy = { ...plain, hasStatus: true };
const webhooks: Strategy = { countsGeneration: true, generationFields: ['webhooks'] };

/** Its generation counts changes but does not begin at one. */
const csiDriver: Strategy = {
  prepareForUpdate(object, old) {
    if (deepEqual((object as CSIDriver).spec, (old as CSIDriver).spec)) return;
    object.metadata.generation = (old.metadata.generation ?? 0) + 1;
  },
};

/** What this server serves itself is there as soon as it is said to be. */
const apiService: Strategy = {
  hasStatus: true,
  prepareForCreate(object, now) {
    const service = object as APIService;
    service.status = {};
    if (service.spec?.service !== undefined) return;
    const message = 'Local APIServices are always available';
    service.status.conditions = [
      { type: 'Available', status: 'True', lastTransitionTime: timeOf(now), reason: 'Local', message },
    ];
  },
};

/** Of the kinds that belong to the cluster rather than to workloads. */
export const clusterStrategies: readonly (readonly [string, Strategy])[] = [
  ['networking.k8s.io/ingresses', { ...counted, hasStatus: true }],
  ['networking.k8s.io/ingressclasses', counted],
  ['networking.k8s.io/networkpolicies', counted],
  ['networking.k8s.io/ipaddresses', plain],
  ['networking.k8s.io/servicecidrs', withStatus],
  ['rbac.authorization.k8s.io/roles', created],
  ['rbac.authorization.k8s.io/clusterroles', created],
  ['rbac.authorization.k8s.io/rolebindings', created],
  ['rbac.authorization.k8s.io/clusterrolebindings', created],
  ['certificates.k8s.io/certificatesigningrequests', certificateSigningRequestStrategy],
  ['scheduling.k8s.io/priorityclasses', { ...counted, generationFields: [] }],
  ['storage.k8s.io/storageclasses', { ...plain, returnsDeleted: true }],
  ['storage.k8s.io/volumeattachments', { hasStatus: true, returnsDeleted: true }],
  ['storage.k8s.io/csidrivers', { ...csiDriver, returnsDeleted: true }],
  ['storage.k8s.io/csinodes', { returnsDeleted: true }],
  ['storage.k8s.io/volumeattributesclasses', { ...plain, returnsDeleted: true }],
  ['resource.k8s.io/deviceclasses', { ...plain, countsGeneration: true, returnsDeleted: true }],
  ['resource.k8s.io/resourceclaims', { ...plain, hasStatus: true, returnsDeleted: true }],
  ['resource.k8s.io/resourceclaimtemplates', { ...plain, returnsDeleted: true }],
  ['resource.k8s.io/resourceslices', { ...plain, countsGeneration: true, returnsDeleted: true }],
  ['admissionregistration.k8s.io/validatingwebhookconfigurations', webhooks],
  ['admissionregistration.k8s.io/mutatingwebhookconfigurations', webhooks],
  ['admissionregistration.k8s.io/validatingadmissionpolicies', { countsGeneration: true, hasStatus: true }],
  ['admissionregistration.k8s.io/validatingadmissionpolicybindings', { countsGeneration: true }],
  ['admissionregistration.k8s.io/mutatingadmissionpolicies', { countsGeneration: true }],
  ['admissionregistration.k8s.io/mutatingadmissionpolicybindings', { countsGeneration: true }],
  ['flowcontrol.apiserver.k8s.io/flowschemas', { countsGeneration: true, hasStatus: true }],
  ['flowcontrol.apiserver.k8s.io/prioritylevelconfigurations', { countsGeneration: true, hasStatus: true }],
  ['apiregistration.k8s.io/apiservices', apiService],
];
