import { isDns1123Subdomain } from '@wherry/apimachinery';
import {
  mutatingBinding,
  mutatingPolicy,
  validatingBinding,
  validatingPolicy,
  validatingPolicyStatus,
} from './admission-policy.ts';
import type { Validator } from './validator.ts';
import { webhookConfiguration } from './webhook.ts';

const group = 'admissionregistration.k8s.io';
const name = isDns1123Subdomain;

export const admissionregistrationValidators: Readonly<Record<string, Validator>> = {
  [`${group}/MutatingWebhookConfiguration`]: { name, create: webhookConfiguration },
  [`${group}/ValidatingWebhookConfiguration`]: { name, create: webhookConfiguration },
  [`${group}/ValidatingAdmissionPolicy`]: { name, create: validatingPolicy, status: validatingPolicyStatus },
  [`${group}/ValidatingAdmissionPolicyBinding`]: { name, create: validatingBinding },
  [`${group}/MutatingAdmissionPolicy`]: { name, create: mutatingPolicy },
  [`${group}/MutatingAdmissionPolicyBinding`]: { name, create: mutatingBinding },
};
