import type { PolicyRule } from './rules.ts';

/** Those parts of `wanted`, verb by verb, that `owned` does not allow. As upstream's validation.Covers. */
export function uncovered(owned: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  return wanted.flatMap(parts).filter((part) => !owned.some((rule) => covers(rule, part)));
}

function parts(rule: PolicyRule): PolicyRule[] {
  const names = rule.resourceNames?.length ? rule.resourceNames : [undefined];
  const found: PolicyRule[] = [];
  for (const group of rule.apiGroups ?? []) {
    for (const resource of rule.resources ?? []) {
      for (const verb of rule.verbs) {
        for (const name of names) {
          const one = { verbs: [verb], apiGroups: [group], resources: [resource] };
          found.push(name === undefined ? one : { ...one, resourceNames: [name] });
        }
      }
    }
  }
  for (const url of rule.nonResourceURLs ?? [])
    for (const verb of rule.verbs) found.push({ verbs: [verb], nonResourceURLs: [url] });
  return found;
}

function covers(rule: PolicyRule, part: PolicyRule): boolean {
  const ownNames = rule.resourceNames ?? [];
  const names = part.resourceNames ?? [];
  return (
    hasAll(rule.verbs, part.verbs) &&
    hasAll(rule.apiGroups, part.apiGroups) &&
    (part.resources ?? []).every((resource) => coversResource(rule.resources ?? [], resource)) &&
    (ownNames.length === 0 || (names.length > 0 && names.every((name) => ownNames.includes(name)))) &&
    (part.nonResourceURLs ?? []).every((url) => coversUrl(rule.nonResourceURLs ?? [], url))
  );
}

function hasAll(owned: readonly string[] | null | undefined, wanted: readonly string[] | null | undefined): boolean {
  const own = owned ?? [];
  return own.includes('*') || (wanted ?? []).every((item) => own.includes(item));
}

function coversResource(owned: readonly string[], resource: string): boolean {
  if (owned.includes('*') || owned.includes(resource)) return true;
  const slash = resource.indexOf('/');
  return slash >= 0 && owned.includes(`*${resource.slice(slash)}`);
}

function coversUrl(owned: readonly string[], url: string): boolean {
  return owned.some((own) => own === url || (own.endsWith('*') && url.startsWith(own.replace(/\*+$/, ''))));
}
