import type {
  MutatingAdmissionPolicyBinding,
  ValidatingAdmissionPolicyBinding,
} from '../admissionregistration/admission-policy-binding.ts';
import type {
  MatchResources,
  MutatingAdmissionPolicy,
  ValidatingAdmissionPolicy,
} from '../admissionregistration/admission-policy.ts';
import type {
  MutatingWebhook,
  MutatingWebhookConfiguration,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
} from '../admissionregistration/webhook-configuration.ts';

function defaultWebhook(webhook: ValidatingWebhook): void {
  webhook.failurePolicy ??= 'Fail';
  webhook.matchPolicy ??= 'Equivalent';
  webhook.namespaceSelector ??= {};
  webhook.objectSelector ??= {};
  webhook.timeoutSeconds ??= 10;
  for (const rule of webhook.rules ?? []) rule.scope ??= '*';
  if (webhook.clientConfig.service !== undefined) webhook.clientConfig.service.port ??= 443;
}

function defaultMutatingWebhook(webhook: MutatingWebhook): void {
  defaultWebhook(webhook);
  webhook.reinvocationPolicy ??= 'Never';
}

function defaultMatch(match: MatchResources | undefined): void {
  if (match === undefined) return;
  match.matchPolicy ??= 'Equivalent';
  match.namespaceSelector ??= {};
  match.objectSelector ??= {};
  for (const rule of [...(match.resourceRules ?? []), ...(match.excludeResourceRules ?? [])]) rule.scope ??= '*';
}

function defaultPolicy({ spec }: ValidatingAdmissionPolicy | MutatingAdmissionPolicy): void {
  if (spec === undefined) return;
  spec.failurePolicy ??= 'Fail';
  defaultMatch(spec.matchConstraints);
}

function defaultPolicyBinding({ spec }: ValidatingAdmissionPolicyBinding | MutatingAdmissionPolicyBinding): void {
  defaultMatch(spec?.matchResources);
}

const group = 'admissionregistration.k8s.io';

export const admissionregistrationDefaults = {
  [`${group}/ValidatingWebhookConfiguration`]: (object: ValidatingWebhookConfiguration) =>
    object.webhooks?.forEach(defaultWebhook),
  [`${group}/MutatingWebhookConfiguration`]: (object: MutatingWebhookConfiguration) =>
    object.webhooks?.forEach(defaultMutatingWebhook),
  [`${group}/ValidatingAdmissionPolicy`]: defaultPolicy,
  [`${group}/MutatingAdmissionPolicy`]: defaultPolicy,
  [`${group}/ValidatingAdmissionPolicyBinding`]: defaultPolicyBinding,
  [`${group}/MutatingAdmissionPolicyBinding`]: defaultPolicyBinding,
};
