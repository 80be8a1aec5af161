import {
  fieldDuplicate,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  isDns1035Label,
  isDns1123Subdomain,
  isPortNumber,
} from '@wherry/apimachinery';
import type {
  MutatingWebhook,
  MutatingWebhookConfiguration,
  ServiceReference,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
  WebhookClientConfig,
} from '../admissionregistration/webhook-configuration.ts';
import {
  failurePolicies,
  matchConditions,
  matchPolicies,
  reinvocationPolicies,
  ruleWithOperations,
} from './admission-rules.ts';
import { labelSelector } from './label-selector.ts';
import { fullyQualifiedName } from './qualified-names.ts';
import { matching, oneOfOrAbsent, type Findings } from './value-rules.ts';

const reviewVersions = ['v1', 'v1beta1'];
const sideEffects = ['None', 'NoneOnDryRun'];

type Webhook = ValidatingWebhook & Pick<MutatingWebhook, 'reinvocationPolicy'>;

export function* webhookConfiguration(object: ValidatingWebhookConfiguration | MutatingWebhookConfiguration): Findings {
  const names = new Set<string>();
  for (const [index, webhook] of (object.webhooks ?? []).entries()) {
    const at = `webhooks[${index}]`;
    yield* webhookRules(webhook, at);
    yield* versionRules(webhook.admissionReviewVersions, `${at}.admissionReviewVersions`);
    if (webhook.name !== '' && names.has(webhook.name)) yield fieldDuplicate(`${at}.name`, webhook.name);
    names.add(webhook.name);
  }
}

function* webhookRules(webhook: Webhook, field: string): Findings {
  yield* fullyQualifiedName(webhook.name, `${field}.name`);
  for (const [index, rule] of (webhook.rules ?? []).entries()) {
    yield* ruleWithOperations(rule, `${field}.rules[${index}]`);
  }
  yield* oneOfOrAbsent(webhook.failurePolicy, failurePolicies, `${field}.failurePolicy`);
  yield* oneOfOrAbsent(webhook.matchPolicy, matchPolicies, `${field}.matchPolicy`);
  if (webhook.sideEffects === '') {
    yield fieldRequired(`${field}.sideEffects`, `must specify one of ${sideEffects.join(', ')}`);
  } else if (!sideEffects.includes(webhook.sideEffects)) {
    yield fieldNotSupported(`${field}.sideEffects`, webhook.sideEffects, sideEffects);
  }
  const seconds = webhook.timeoutSeconds;
  if (seconds !== undefined && (seconds > 30 || seconds < 1)) {
    yield fieldInvalid(`${field}.timeoutSeconds`, seconds, 'the timeout value must be between 1 and 30 seconds');
  }
  yield* labelSelector(webhook.namespaceSelector, `${field}.namespaceSelector`);
  yield* labelSelector(webhook.objectSelector, `${field}.objectSelector`);
  yield* oneOfOrAbsent(webhook.reinvocationPolicy, reinvocationPolicies, `${field}.reinvocationPolicy`);
  yield* clientConfig(webhook.clientConfig, `${field}.clientConfig`);
  yield* matchConditions(webhook.matchConditions, `${field}.matchConditions`);
}

function* versionRules(versions: readonly string[], field: string): Findings {
  if (versions.length === 0) {
    yield fieldRequired(field, `must specify one of ${reviewVersions.join(', ')}`);
    return;
  }
  for (const [index, version] of versions.entries()) {
    const at = `${field}[${index}]`;
    if (versions.indexOf(version) < index) yield fieldInvalid(at, version, 'duplicate version');
    else yield* matching(isDns1035Label(version), version, at);
  }
  if (!versions.some((version) => reviewVersions.includes(version))) {
    yield fieldInvalid(field, versions, `must include at least one of ${reviewVersions.join(', ')}`);
  }
}

function* clientConfig({ url, service }: WebhookClientConfig, field: string): Findings {
  if ((url === undefined) === (service === undefined)) {
    yield fieldRequired(field, 'exactly one of url or service is required');
  } else if (url !== undefined) yield* webhookUrl(url, `${field}.url`);
  else if (service !== undefined) yield* webhookService(service, `${field}.service`);
}

/** Also of conversion webhooks. */
export function* webhookUrl(text: string, field: string): Findings {
  const form = '; desired format: https://host[/path]';
  if (!URL.canParse(text, 'relative:/')) {
    yield fieldRequired(field, `url must be a valid URL: parse ${JSON.stringify(text)}: invalid${form}`);
    return;
  }
  const url = new URL(text, 'relative:/');
  const scheme = url.protocol === 'relative:' ? '' : url.protocol.slice(0, -1);
  if (scheme !== 'https') yield fieldInvalid(field, scheme, `'https' is the only allowed URL scheme${form}`);
  if (url.host === '') yield fieldInvalid(field, '', `host must be specified${form}`);
  if (url.username !== '' || url.password !== '') {
    const user = url.password === '' ? url.username : `${url.username}:${url.password}`;
    yield fieldInvalid(field, user, 'user information is not permitted in the URL');
  }
  if (url.hash.length > 1) {
    yield fieldInvalid(field, url.hash.slice(1), 'fragments are not permitted in the URL');
  }
  if (url.search.length > 1) {
    yield fieldInvalid(field, url.search.slice(1), 'query parameters are not permitted in the URL');
  }
}

/** Also of conversion webhooks. */
export function* webhookService(service: ServiceReference, field: string): Findings {
  const { name, namespace, path = '', port = 443 } = service;
  if (name === '') yield fieldRequired(`${field}.name`);
  if (namespace === '') yield fieldRequired(`${field}.namespace`);
  const messages = isPortNumber(port);
  if (messages.length > 0) yield fieldInvalid(`${field}.port`, port, `port is not valid: ${messages.join(', ')}`);
  if (path === '' || path === '/') return;
  const at = `${field}.path`;
  if (path === '//') {
    yield fieldInvalid(at, path, 'segment[0] may not be empty');
    return;
  }
  if (!path.startsWith('/')) yield fieldInvalid(at, path, "must start with a '/'");
  for (const [index, segment] of path.slice(1).replace(/\/$/, '').split('/').entries()) {
    if (segment === '') yield fieldInvalid(at, path, `segment[${index}] may not be empty`);
    else
      yield* matching(
        isDns1123Subdomain(segment).map((text) => `segment[${index}]: ${text}`),
        path,
        at,
      );
  }
}
