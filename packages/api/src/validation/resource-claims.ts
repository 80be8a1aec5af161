import { fieldDuplicate, fieldInvalid, fieldNotFound, fieldRequired } from '@wherry/apimachinery';
import type { ResourceClaim } from '../core/container.ts';
import type { PodSpec } from '../core/pod.ts';
import { dnsLabel, dnsSubdomain, type Findings } from './value-rules.ts';

/** The claims to devices that a pod names, and those that its containers use of them. */
export function* resourceClaims(spec: PodSpec, field: string): Findings {
  const names = new Set<string>();
  for (const [index, claim] of (spec.resourceClaims ?? []).entries()) {
    const at = `${field}.resourceClaims[${index}]`;
    if (claim.name === '') yield fieldRequired(`${at}.name`);
    else if (names.has(claim.name)) yield fieldDuplicate(`${at}.name`, claim.name);
    else yield* dnsLabel(claim.name, `${at}.name`);
    names.add(claim.name);
    const { resourceClaimName: name, resourceClaimTemplateName: template } = claim;
    if (name !== undefined && template !== undefined) {
      const detail = 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified';
      yield fieldInvalid(at, claim, detail);
    }
    if (name === undefined && template === undefined) {
      yield fieldInvalid(at, claim, 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`');
    }
    if (name !== undefined) yield* dnsSubdomain(name, `${at}.resourceClaimName`);
    if (template !== undefined) yield* dnsSubdomain(template, `${at}.resourceClaimTemplateName`);
  }
  for (const list of ['containers', 'initContainers'] as const) {
    for (const [index, container] of (spec[list] ?? []).entries()) {
      yield* used(container.resources?.claims ?? [], names, `${field}.${list}[${index}].resources.claims`);
    }
  }
}

function* used(claims: readonly ResourceClaim[], known: ReadonlySet<string>, field: string): Findings {
  const seen = new Set<string>();
  for (const [index, { name, request = '' }] of claims.entries()) {
    const at = `${field}[${index}]`;
    if (name === '') {
      yield fieldRequired(at);
      continue;
    }
    const key = `${name}/${request}`;
    if (seen.has(`${name}/`) || seen.has(key)) yield fieldDuplicate(at, request === '' ? name : key);
    seen.add(key);
    if (known.has(name)) continue;
    const list = known.size === 0 ? ' which is empty' : `: ${[...known].toSorted().join(', ')}`;
    yield { ...fieldNotFound(at, name), detail: `must be one of the names in pod.spec.resourceClaims${list}` };
  }
}
