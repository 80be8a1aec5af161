import {
  deepEqual,
  fieldDuplicate,
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  fieldTooLong,
  isDns1123Label,
  isDns1123Subdomain,
  type FieldError,
} from '@wherry/apimachinery';
import type {
  CertificateSigningRequest,
  CertificateSigningRequestCondition,
} from '../certificates/certificate-signing-request.ts';
import { validateMetadataUpdate } from './metadata.ts';
import { decodePem } from './pem.ts';
import { isPathSegmentName } from './qualified-names.ts';
import type { Validator } from './validator.ts';
import type { Findings } from './value-rules.ts';

const usages = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
];
const approvals = ['Approved', 'Denied'];
/** These are there or not; they are never False. */
const lasting = [...approvals, 'Failed'];
const maxDomain = 253;
const maxSignerName = 571;

/** Which part of the status the way of an update may change. */
interface Allowed {
  approval?: boolean;
  certificate?: boolean;
}

function* signingRequest(object: CertificateSigningRequest): Findings {
  const { spec } = object;
  if (decodePem(atob(spec.request))?.[0]?.label !== 'CERTIFICATE REQUEST') {
    yield fieldInvalid('spec.request', spec.request, 'PEM block type must be CERTIFICATE REQUEST');
  }
  const wanted = spec.usages ?? [];
  if (wanted.length === 0) yield fieldRequired('spec.usages', 'usages must be provided');
  for (const [index, usage] of wanted.entries()) {
    if (!usages.includes(usage)) yield fieldNotSupported(`spec.usages[${index}]`, usage, usages);
  }
  for (const [index, usage] of wanted.entries()) {
    if (wanted.indexOf(usage) < index) yield fieldDuplicate(`spec.usages[${index}]`, usage);
  }
  yield* signerName(spec.signerName, 'spec.signerName');
  if (spec.expirationSeconds !== undefined && spec.expirationSeconds < 600) {
    const detail = 'may not specify a duration less than 600 seconds (10 minutes)';
    yield fieldInvalid('spec.expirationSeconds', spec.expirationSeconds, detail);
  }
  yield* conditions(object.status?.conditions ?? [], 'status.conditions');
  const why = whatIsWrongWith(object.status?.certificate ?? '');
  if (why !== undefined) yield fieldInvalid('status.certificate', '<certificate data>', why);
}

function* conditions(list: readonly CertificateSigningRequestCondition[], field: string): Findings {
  const seen = new Set<string>();
  for (const [index, { type, status }] of list.entries()) {
    const at = `${field}[${index}]`;
    if (type === '') yield fieldRequired(`${at}.type`);
    const values = lasting.includes(type) ? ['True'] : ['False', 'True', 'Unknown'];
    if (status === '') yield fieldRequired(`${at}.status`);
    else if (!values.includes(status)) yield fieldNotSupported(`${at}.status`, status, values);
    const other = type === 'Approved' ? 'Denied' : type === 'Denied' ? 'Approved' : undefined;
    if (other !== undefined && seen.has(other)) {
      yield fieldInvalid(`${at}.type`, type, 'Approved and Denied conditions are mutually exclusive');
    }
    if (seen.has(type)) yield fieldDuplicate(`${at}.type`, type);
    seen.add(type);
  }
}

/** `domain.example/path`: a domain of two labels or more, and subdomains separated by dots. */
export function* signerName(name: string, field: string): Findings {
  if (name === '') {
    yield fieldRequired(field, 'signerName must be provided');
    return;
  }
  if (name === 'kubernetes.io/legacy-unknown') {
    yield fieldInvalid(field, name, 'the legacy signerName is not allowed via this API version');
    return;
  }
  const [domain = '', path = '', ...more] = name.split('/');
  if (more.length > 0 || !name.includes('/')) {
    const detail = "must be a fully qualified domain and path of the form 'example.com/signer-name'";
    yield fieldInvalid(field, name, detail);
    return;
  }
  if (domain.length > maxDomain) yield fieldTooLong(field, maxDomain);
  yield* segments(domain, isDns1123Label, field);
  if (!domain.includes('.')) {
    yield fieldInvalid(field, domain, 'should be a domain with at least two segments separated by dots');
  }
  yield* segments(path, isDns1123Subdomain, field);
  if (name.length > maxSignerName) yield fieldTooLong(field, maxSignerName);
}

/** The first wrong label is enough. */
function* segments(text: string, check: (label: string) => string[], field: string): Findings {
  for (const label of text.split('.')) {
    const messages = check(label);
    if (messages.length === 0) continue;
    for (const message of messages) {
      yield fieldInvalid(field, text, `validating label ${JSON.stringify(label)}: ${message}`);
    }
    return;
  }
}

function whatIsWrongWith(certificate: string): string | undefined {
  if (certificate === '') return undefined;
  const blocks = decodePem(atob(certificate));
  if (blocks === undefined || blocks.length === 0) return 'must contain at least one CERTIFICATE PEM block';
  const other = blocks.find((block) => block.label !== 'CERTIFICATE');
  if (other !== undefined) return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(other.label)}`;
  if (blocks.some((block) => block.hasHeaders)) return 'no PEM block headers are permitted';
  return undefined;
}

function* changed(next: CertificateSigningRequest, old: CertificateSigningRequest, allowed: Allowed): Findings {
  yield* signingRequest(next);
  const field = 'status.conditions';
  const of = (object: CertificateSigningRequest, type: string): CertificateSigningRequestCondition[] =>
    (object.status?.conditions ?? []).filter((condition) => condition.type === type);
  for (const type of lasting) {
    const [now, before] = [of(next, type), of(old, type)];
    const quoted = JSON.stringify(type);
    if (now.length < before.length) {
      yield fieldForbidden(field, `updates may not remove a condition of type ${quoted}`);
    } else if (allowed.approval || !approvals.includes(type)) continue;
    else if (now.length > before.length) {
      yield fieldForbidden(field, `updates may not add a condition of type ${quoted}`);
    } else if (!deepEqual(now, before)) {
      yield fieldForbidden(field, `updates may not modify a condition of type ${quoted}`);
    }
  }
  const [certificate, before] = [next.status?.certificate ?? '', old.status?.certificate ?? ''];
  if (certificate === before) return;
  const at = 'status.certificate';
  if (!allowed.certificate) yield fieldForbidden(at, 'updates may not set certificate content');
  else if (before !== '') yield fieldForbidden(at, 'updates may not modify existing certificate content');
}

/** What is wrong with a change made through /approval. */
export function validateApproval(object: CertificateSigningRequest, old: CertificateSigningRequest): FieldError[] {
  return [...validateMetadataUpdate(object.metadata, old.metadata), ...changed(object, old, { approval: true })];
}

export const certificatesValidators: Readonly<Record<string, Validator>> = {
  'certificates.k8s.io/CertificateSigningRequest': {
    name: isPathSegmentName,
    create: signingRequest,
    update: (object: CertificateSigningRequest, old: CertificateSigningRequest) => changed(object, old, {}),
    status: (object: CertificateSigningRequest, old: CertificateSigningRequest) =>
      changed(object, old, { certificate: true }),
  },
};
