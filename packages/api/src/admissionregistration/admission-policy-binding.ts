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
    name: optional(string),
    namespace: optional(string),
    parameterNotFoundAction: optional(string),
    selector: optional(LabelSelector),
  },
  { mapType: 'atomic' },
);
export type ParamRef = Static<typeof ParamRef>;

export const ValidatingAdmissionPolicyBindingSpec = object(
  'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec',
  {
    matchResources: optional(MatchResources),
    paramRef: optional(ParamRef),
    policyName: required(string),
    validationActions: required(list(string, { listType: 'set' })),
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
);
export type ValidatingAdmissionPolicyBinding = Static<typeof ValidatingAdmissionPolicyBinding>;

export const MutatingAdmissionPolicyBindingSpec = object(
  'io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicyBindingSpec',
  {
    matchResources: optional(MatchResources),
    paramRef: optional(ParamRef),
    policyName: optional(string),
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
);
export type MutatingAdmissionPolicyBinding = Static<typeof MutatingAdmissionPolicyBinding>;
