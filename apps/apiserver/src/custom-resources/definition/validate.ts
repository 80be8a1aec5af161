import type {
  CustomResourceDefinition,
  CustomResourceDefinitionSpec,
  CustomResourceDefinitionVersion,
} from '@wherry/api';
import {
  deepEqual,
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  getOwn,
  isDns1035Label,
  isDns1123Subdomain,
  type FieldError,
} from '@wherry/apimachinery';
import { isTrue } from '../conditions.ts';
import { namesErrors } from './names-rules.ts';
import { columnErrors, scaleErrors, selectableFieldErrors } from './path-rules.ts';
import { schemaErrors } from './schema-rules.ts';

const approval = 'api-approved.kubernetes.io';

/** What is wrong with a new definition, in upstream's words. */
export function validateDefinition(definition: CustomResourceDefinition): FieldError[] {
  const { metadata, spec } = definition;
  const errors: FieldError[] = [];
  if (metadata.name !== `${spec.names.plural}.${spec.group}`)
    errors.push(fieldInvalid('metadata.name', metadata.name, 'must be spec.names.plural+"."+spec.group'));
  errors.push(...specErrors(spec), ...approvalErrors(definition));
  if (spec.preserveUnknownFields === true) {
    const detail =
      'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
    errors.push(fieldInvalid('spec.preserveUnknownFields', true, detail));
  }
  return errors;
}

export function validateDefinitionUpdate(
  definition: CustomResourceDefinition,
  old: CustomResourceDefinition,
): FieldError[] {
  const { spec } = definition;
  const errors = specErrors(spec);
  // Before that nothing is stored under these names.
  if (isTrue(old, 'Established')) {
    errors.push(...immutable(spec.scope, old.spec.scope, 'spec.scope'));
    errors.push(...immutable(spec.names.kind, old.spec.names.kind, 'spec.names.kind'));
  }
  errors.push(...immutable(spec.group, old.spec.group, 'spec.group'));
  errors.push(...immutable(spec.names.plural, old.spec.names.plural, 'spec.names.plural'));
  if (spec.preserveUnknownFields === true && old.spec.preserveUnknownFields !== true) {
    const detail =
      'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
    errors.push(fieldInvalid('spec.preserveUnknownFields', true, detail));
  }
  return [...errors, ...validateDefinitionStatus(definition)];
}

export function validateDefinitionStatus({ spec, status }: CustomResourceDefinition): FieldError[] {
  const errors = status?.acceptedNames ? namesErrors(status.acceptedNames, 'status.acceptedNames') : [];
  const stored = status?.storedVersions ?? [];
  if (stored.length === 0)
    errors.push(fieldInvalid('status.storedVersions', stored, 'must have at least one stored version'));
  for (const [i, name] of stored.entries()) {
    if (!spec.versions.some((version) => version.name === name))
      errors.push(fieldInvalid(`status.storedVersions[${i}]`, name, 'must appear in spec.versions'));
  }
  const storage = spec.versions.find((version) => version.storage)?.name;
  if (storage !== undefined && stored.length > 0 && !stored.includes(storage))
    errors.push(fieldInvalid('status.storedVersions', stored, `must have the storage version ${storage}`));
  return errors;
}

function immutable(value: unknown, old: unknown, field: string): FieldError[] {
  return deepEqual(value, old) ? [] : [fieldInvalid(field, value, 'field is immutable')];
}

function specErrors(spec: CustomResourceDefinitionSpec): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.group === '') errors.push(fieldRequired('spec.group'));
  else {
    const messages = isDns1123Subdomain(spec.group);
    if (messages.length > 0) errors.push(fieldInvalid('spec.group', spec.group, messages.join(',')));
    else if (!spec.group.includes('.'))
      errors.push(fieldInvalid('spec.group', spec.group, 'should be a domain with at least one dot'));
  }
  if (spec.scope === '') errors.push(fieldRequired('spec.scope'));
  else if (spec.scope !== 'Cluster' && spec.scope !== 'Namespaced')
    errors.push(fieldNotSupported('spec.scope', spec.scope, ['Cluster', 'Namespaced']));
  errors.push(...versionsErrors(spec.versions));
  for (const name of ['plural', 'singular', 'kind', 'listKind'] as const)
    if (!spec.names[name]) errors.push(fieldRequired(`spec.names.${name}`));
  errors.push(...namesErrors(spec.names, 'spec.names'));
  errors.push(...conversionErrors(spec));
  return errors;
}

function versionsErrors(versions: readonly CustomResourceDefinitionVersion[]): FieldError[] {
  const errors: FieldError[] = [];
  for (const [i, version] of versions.entries()) {
    const messages = isDns1035Label(version.name);
    if (messages.length > 0) errors.push(fieldInvalid(`spec.versions[${i}].name`, version.name, messages.join(',')));
    errors.push(...deprecationErrors(version, `spec.versions[${i}]`));
    if (version.schema?.openAPIV3Schema === undefined)
      errors.push(fieldRequired(`spec.versions[${i}].schema.openAPIV3Schema`, 'schemas are required'));
  }
  if (new Set(versions.map(({ name }) => name)).size !== versions.length)
    errors.push(fieldInvalid('spec.versions', versions, 'must contain unique version names'));
  if (versions.filter(({ storage }) => storage).length !== 1)
    errors.push(fieldInvalid('spec.versions', versions, 'must have exactly one version marked as storage version'));
  return [...errors, ...contentErrors(versions)];
}

/** What versions have in common upstream keeps once, and so the path is another one then. */
function contentErrors(versions: readonly CustomResourceDefinitionVersion[]): FieldError[] {
  const errors: FieldError[] = [];
  const [first] = versions;
  if (first === undefined) return errors;
  const same = (part: (version: CustomResourceDefinitionVersion) => unknown) =>
    versions.every((version) => deepEqual(part(version), part(first)));
  const each = (
    part: (version: CustomResourceDefinitionVersion) => unknown,
    common: string,
    own: string,
    judge: (version: CustomResourceDefinitionVersion, path: string) => FieldError[],
  ) => {
    if (same(part)) errors.push(...judge(first, common));
    else for (const [i, version] of versions.entries()) errors.push(...judge(version, `spec.versions[${i}].${own}`));
  };
  each(
    (version) => version.schema,
    'spec.validation',
    'schema',
    (version, path) => {
      const props = version.schema?.openAPIV3Schema;
      const hasStatus = version.subresources?.status !== undefined;
      return props === undefined ? [] : schemaErrors(props, `${path}.openAPIV3Schema`, hasStatus);
    },
  );
  each(
    (version) => version.subresources,
    'spec.subresources',
    'subresources',
    ({ subresources }, path) => scaleErrors(subresources?.scale, `${path}.scale`),
  );
  each(
    (version) => version.additionalPrinterColumns,
    'spec.additionalPrinterColumns',
    'additionalPrinterColumns',
    ({ additionalPrinterColumns }, path) => columnErrors(additionalPrinterColumns ?? [], path),
  );
  each(
    (version) => version.selectableFields,
    'spec.selectableFields',
    'selectableFields',
    (version, path) => selectableFieldErrors(version.selectableFields ?? [], version.schema?.openAPIV3Schema, path),
  );
  return errors;
}

function deprecationErrors({ deprecated, deprecationWarning: text }: CustomResourceDefinitionVersion, path: string) {
  const errors: FieldError[] = [];
  if (text === undefined) return errors;
  const field = `${path}.deprecationWarning`;
  if (deprecated !== true) errors.push(fieldInvalid(field, text, 'can only be set for deprecated versions'));
  if (text.length > 256) errors.push(fieldInvalid(field, text, 'must be <= 256 characters long'));
  if (text === '') errors.push(fieldInvalid(field, text, 'must not be empty if specified'));
  if (/[\p{Cc}\p{Cf}]/u.test(text))
    errors.push(fieldInvalid(field, text, 'must only contain printable UTF-8 characters'));
  return errors;
}

function conversionErrors({ conversion }: CustomResourceDefinitionSpec): FieldError[] {
  const errors: FieldError[] = [];
  const { strategy, webhook } = conversion ?? { strategy: 'None' };
  if (strategy === '') errors.push(fieldRequired('spec.conversion.strategy'));
  else if (strategy !== 'None' && strategy !== 'Webhook')
    errors.push(fieldNotSupported('spec.conversion.strategy', strategy, ['None', 'Webhook']));
  if (strategy !== 'Webhook' && webhook !== undefined) {
    if (webhook.clientConfig)
      errors.push(
        fieldForbidden('spec.conversion.webhookClientConfig', 'should not be set when strategy is not set to Webhook'),
      );
    if (webhook.conversionReviewVersions.length > 0)
      errors.push(
        fieldForbidden(
          'spec.conversion.conversionReviewVersions',
          'should not be set when strategy is not set to Webhook',
        ),
      );
  }
  if (strategy === 'Webhook') {
    if (webhook?.clientConfig === undefined)
      errors.push(fieldRequired('spec.conversion.webhookClientConfig', 'required when strategy is set to Webhook'));
    if ((webhook?.conversionReviewVersions.length ?? 0) === 0)
      errors.push(fieldRequired('spec.conversion.conversionReviewVersions'));
  }
  return errors;
}

/** Groups of the project itself need a word that somebody has approved. */
function approvalErrors({ metadata, spec }: CustomResourceDefinition): FieldError[] {
  if (!/(^|\.)(k8s|kubernetes)\.io$/.test(spec.group)) return [];
  const field = `metadata.annotations[${approval}]`;
  const value = getOwn(metadata.annotations, approval);
  const see = 'see https://github.com/kubernetes/enhancements/pull/1111';
  if (value === undefined || value === '')
    return [fieldRequired(field, `protected groups must have approval annotation "${approval}", ${see}`)];
  if (value.startsWith('unapproved') || URL.canParse(value)) return [];
  const detail = `protected groups must have approval annotation "${approval}" with either a URL or a reason starting with "unapproved", ${see}`;
  return [fieldInvalid(field, value, detail)];
}
