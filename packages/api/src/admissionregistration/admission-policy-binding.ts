import {
  LabelSelector,
  ObjectMeta,
  list,
  object,
  optional,
  required,
  stored,
  string,
  type Static,
} from '@wherry/apimachinery';
import { MatchResources } from './admission-policy.ts';

export const ParamRef = object(
  'io.k8s.api.admissionregistration.v1.ParamRef',
  {
    name: optional(string, 'The object with the parameters.'),
    namespace: optional(string, 'Its namespace; that of the request when absent.'),
    parameterNotFoundAction: optional(string, 'Allow or Deny.'),
    selector: optional(LabelSelector, 'Every object that it selects; instead of a name.'),
  },
  { mapType: 'atomic' },
);
export type ParamRef = Static<typeof ParamRef>;

export const ValidatingAdmissionPolicyBindingSpec = object(
  'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec',
  {
    matchResources: optional(MatchResources, 'Which requests, of those that the policy is about.'),
    paramRef: optional(ParamRef, 'The parameters of the policy.'),
    policyName: required(string, 'The policy.'),
    validationActions: required(
      list(string, { listType: 'set' }),
      'What follows when a validation fails: Deny, Warn, Audit.',
    ),
  },
);
export type ValidatingAdmissionPolicyBindingSpec = Static<typeof ValidatingAdmissionPolicyBindingSpec>;

export const ValidatingAdmissionPolicyBinding = object(
  'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyBinding',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    spec: required(ValidatingAdmissionPolicyBindingSpec, 'What is wanted.'),
  },
  { doc: 'Puts a policy to work, with its parameters.' },
);
export type ValidatingAdmissionPolicyBinding = Static<typeof ValidatingAdmissionPolicyBinding>;

export const MutatingAdmissionPolicyBindingSpec = object(
  'io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicyBindingSpec',
  {
    matchResources: optional(MatchResources, 'Which requests, of those that the policy is about.'),
    paramRef: optional(ParamRef, 'The parameters of the policy.'),
    policyName: optional(string, 'The policy.'),
  },
);
export type MutatingAdmissionPolicyBindingSpec = Static<typeof MutatingAdmissionPolicyBindingSpec>;

export const MutatingAdmissionPolicyBinding = object(
  'io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicyBinding',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    spec: stored(MutatingAdmissionPolicyBindingSpec, 'What is wanted.'),
  },
  { doc: 'Puts a policy to work, with its parameters.' },
);
export type MutatingAdmissionPolicyBinding = Static<typeof MutatingAdmissionPolicyBinding>;
