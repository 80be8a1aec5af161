import { fieldInvalid, fieldRequired, isDns1123Subdomain } from '@wherry/apimachinery';
import { matching, type Findings } from './value-rules.ts';

/** What may stand as one segment of a URL's path: the names of roles, and of what references name. */
export function isPathSegmentName(name: string): string[] {
  if (name === '.' || name === '..') return [`may not be '${name}'`];
  return ['/', '%'].filter((text) => name.includes(text)).map((text) => `may not contain '${text}'`);
}

export const pathSegment = (name: string, field: string): Findings => matching(isPathSegmentName(name), name, field);

/** Required, and a segment of a path. */
export function* requiredSegment(name: string | undefined, field: string): Findings {
  if (name === undefined || name === '') yield fieldRequired(field);
  else yield* pathSegment(name, field);
}

/** `acme.io/foo`: a domain and an HTTP path below it. */
export function* domainPrefixedPath(value: string, field: string): Findings {
  const slash = value.indexOf('/');
  const [host, path] = slash < 0 ? [value, ''] : [value.slice(0, slash), value.slice(slash + 1)];
  if (host === '' || path === '') {
    yield fieldInvalid(field, value, 'must be a domain-prefixed path (such as "acme.io/foo")');
    return;
  }
  for (const message of isDns1123Subdomain(host)) yield fieldInvalid(field, host, message);
  if (!/^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test(path)) {
    const pattern = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
    yield fieldInvalid(field, path, `Invalid path (regex used for validation is '${pattern}')`);
  }
}

/** A domain of three segments or more, such as the names of webhooks. */
export function* fullyQualifiedName(name: string, field: string): Findings {
  if (name === '') {
    yield fieldRequired(field);
    return;
  }
  const messages = isDns1123Subdomain(name);
  if (messages.length > 0) yield fieldInvalid(field, name, messages.join(','));
  else if (name.split('.').length < 3) {
    yield fieldInvalid(field, name, 'should be a domain with at least three segments separated by dots');
  }
}
