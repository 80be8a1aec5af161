import { fieldInvalid, fieldNotSupported, fieldRequired, isDns1035Label } from '@wherry/apimachinery';
import type { APIService } from '../apiregistration/api-service.ts';
import { isPathSegmentName } from './qualified-names.ts';
import type { Validator } from './validator.ts';
import { dnsSubdomain, matching, type Findings } from './value-rules.ts';

function* apiService({ metadata, spec }: APIService): Findings {
  const { group = '', version = '' } = spec;
  const name = `${version}.${group}`;
  if (metadata.name && isPathSegmentName(metadata.name).length === 0 && metadata.name !== name) {
    const detail = `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(name)}`;
    yield fieldInvalid('metadata.name', metadata.name, detail);
  }
  if (group !== '') yield* dnsSubdomain(group, 'spec.group');
  else if (version !== 'v1') {
    yield fieldRequired('spec.group', 'only v1 may have an empty group and it better be legacy kube');
  }
  yield* matching(isDns1035Label(version), version, 'spec.version');
  yield* priority(spec.groupPriorityMinimum, 20_000, 'spec.groupPriorityMinimum');
  yield* priority(spec.versionPriority, 1_000, 'spec.versionPriority');
  if (spec.service === undefined) yield* local(spec);
  else yield* remote(spec);
}

function* priority(value: number, max: number, field: string): Findings {
  if (value <= 0 || value > max) yield fieldInvalid(field, value, `must be positive and less than ${max}`);
}

function* local({ caBundle = '', insecureSkipTLSVerify }: APIService['spec']): Findings {
  if (caBundle !== '') {
    const bytes = atob(caBundle).length;
    yield fieldInvalid('spec.caBundle', `${bytes} bytes`, 'local APIServices may not have a caBundle');
  }
  if (insecureSkipTLSVerify === true) {
    const detail = 'local APIServices may not have insecureSkipTLSVerify';
    yield fieldInvalid('spec.insecureSkipTLSVerify', true, detail);
  }
}

function* remote({ service, caBundle = '', insecureSkipTLSVerify }: APIService['spec']): Findings {
  if (!service?.namespace) yield fieldRequired('spec.service.namespace');
  if (!service?.name) yield fieldRequired('spec.service.name');
  if (insecureSkipTLSVerify === true && caBundle !== '') {
    yield fieldInvalid('spec.insecureSkipTLSVerify', true, 'may not be true if caBundle is present');
  }
}

function* apiServiceStatus({ status }: APIService): Findings {
  for (const [index, condition] of (status?.conditions ?? []).entries()) {
    if (['True', 'False', 'Unknown'].includes(condition.status)) continue;
    const field = `status.conditions[${index}].status`;
    yield fieldNotSupported(field, condition.status, ['True', 'False', 'Unknown']);
  }
}

export const apiregistrationValidators: Readonly<Record<string, Validator>> = {
  'apiregistration.k8s.io/APIService': { name: isPathSegmentName, create: apiService, status: apiServiceStatus },
};
