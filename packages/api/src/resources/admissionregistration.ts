import {
  MutatingAdmissionPolicyBinding,
  ValidatingAdmissionPolicyBinding,
} from '../admissionregistration/admission-policy-binding.ts';
import { MutatingAdmissionPolicy, ValidatingAdmissionPolicy } from '../admissionregistration/admission-policy.ts';
import {
  MutatingWebhookConfiguration,
  ValidatingWebhookConfiguration,
} from '../admissionregistration/webhook-configuration.ts';
import {
  mutatingPolicyColumns,
  policyBindingColumns,
  validatingPolicyColumns,
  webhookColumns,
} from '../columns/admission.ts';
import type { Resource } from '../resource.ts';
import { namespacedV1, nameField } from './fields.ts';

const common = { ...namespacedV1, group: 'admissionregistration.k8s.io' } as const;

export const mutatingWebhookConfigurations: Resource<MutatingWebhookConfiguration> = {
  ...common,
  kind: 'MutatingWebhookConfiguration',
  plural: 'mutatingwebhookconfigurations',
  singular: 'mutatingwebhookconfiguration',
  categories: ['api-extensions'],
  namespaced: false,
  schema: MutatingWebhookConfiguration,
  columns: webhookColumns,
  selectableFields: nameField,
};

export const validatingWebhookConfigurations: Resource<ValidatingWebhookConfiguration> = {
  ...common,
  kind: 'ValidatingWebhookConfiguration',
  plural: 'validatingwebhookconfigurations',
  singular: 'validatingwebhookconfiguration',
  categories: ['api-extensions'],
  namespaced: false,
  schema: ValidatingWebhookConfiguration,
  columns: webhookColumns,
  selectableFields: nameField,
};

export const validatingAdmissionPolicies: Resource<ValidatingAdmissionPolicy> = {
  ...common,
  kind: 'ValidatingAdmissionPolicy',
  plural: 'validatingadmissionpolicies',
  singular: 'validatingadmissionpolicy',
  categories: ['api-extensions'],
  namespaced: false,
  schema: ValidatingAdmissionPolicy,
  subresources: ['status'],
  columns: validatingPolicyColumns,
  selectableFields: nameField,
};

export const validatingAdmissionPolicyBindings: Resource<ValidatingAdmissionPolicyBinding> = {
  ...common,
  kind: 'ValidatingAdmissionPolicyBinding',
  plural: 'validatingadmissionpolicybindings',
  singular: 'validatingadmissionpolicybinding',
  categories: ['api-extensions'],
  namespaced: false,
  schema: ValidatingAdmissionPolicyBinding,
  columns: policyBindingColumns,
  selectableFields: nameField,
};

export const mutatingAdmissionPolicies: Resource<MutatingAdmissionPolicy> = {
  ...common,
  kind: 'MutatingAdmissionPolicy',
  plural: 'mutatingadmissionpolicies',
  singular: 'mutatingadmissionpolicy',
  categories: ['api-extensions'],
  namespaced: false,
  schema: MutatingAdmissionPolicy,
  columns: mutatingPolicyColumns,
  selectableFields: nameField,
};

export const mutatingAdmissionPolicyBindings: Resource<MutatingAdmissionPolicyBinding> = {
  ...common,
  kind: 'MutatingAdmissionPolicyBinding',
  plural: 'mutatingadmissionpolicybindings',
  singular: 'mutatingadmissionpolicybinding',
  categories: ['api-extensions'],
  namespaced: false,
  schema: MutatingAdmissionPolicyBinding,
  columns: policyBindingColumns,
  selectableFields: nameField,
};
