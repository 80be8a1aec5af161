import type { PolicyRule } from '@wherry/api';

/** @returns the parts of `wanted` that no rule of `held` allows, each of one verb on one thing. */
export function uncovered(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  const missing: PolicyRule[] = [];
  for (const rule of wanted) {
    for (const part of breakDown(rule)) if (!held.some((owned) => covers(owned, part))) missing.push(part);
  }
  return missing;
}

/** Joins the verbs of rules about the same one thing, as upstream shows them. */
export function compact(rules: readonly PolicyRule[]): PolicyRule[] {
  const whole: PolicyRule[] = [];
  const simple = new Map<string, PolicyRule>();
  for (const rule of rules) {
    const key = simpleKey(rule);
    const known = key === undefined ? undefined : simple.get(key);
    if (key === undefined) whole.push(rule);
    else if (known === undefined) simple.set(key, { ...rule, verbs: [...rule.verbs] });
    else for (const verb of rule.verbs) if (!known.verbs.includes(verb)) known.verbs.push(verb);
  }
  return [...whole, ...simple.values()];
}

function simpleKey({ apiGroups, resources, resourceNames = [], nonResourceURLs = [] }: PolicyRule): string | undefined {
  if (resourceNames.length > 1 || nonResourceURLs.length > 0) return undefined;
  if (apiGroups?.length !== 1 || resources?.length !== 1) return undefined;
  return JSON.stringify([apiGroups[0], resources[0], resourceNames[0]]);
}

function breakDown(rule: PolicyRule): PolicyRule[] {
  const parts: PolicyRule[] = [];
  const names = rule.resourceNames ?? [];
  for (const group of rule.apiGroups ?? []) {
    for (const resource of rule.resources ?? []) {
      for (const verb of rule.verbs) {
        const part = { verbs: [verb], apiGroups: [group], resources: [resource] };
        if (names.length === 0) parts.push(part);
        for (const name of names) parts.push({ ...part, resourceNames: [name] });
      }
    }
  }
  for (const url of rule.nonResourceURLs ?? []) {
    for (const verb of rule.verbs) parts.push({ verbs: [verb], nonResourceURLs: [url] });
  }
  return parts;
}

/** Whether one rule allows a part, which has at most one of everything. */
function covers(owned: PolicyRule, part: PolicyRule): boolean {
  return (
    holds(owned.verbs, part.verbs[0]) &&
    holds(owned.apiGroups, part.apiGroups?.[0]) &&
    holdsResource(owned.resources, part.resources?.[0]) &&
    holdsPath(owned.nonResourceURLs, part.nonResourceURLs?.[0]) &&
    holdsName(owned.resourceNames, part.resourceNames?.[0])
  );
}

function holds(owned: readonly string[] | undefined, wanted: string | undefined): boolean {
  return wanted === undefined || (owned ?? []).some((value) => value === '*' || value === wanted);
}

function holdsResource(owned: readonly string[] | undefined, wanted: string | undefined): boolean {
  if (holds(owned, wanted)) return true;
  const slash = wanted!.indexOf('/');
  return slash >= 0 && owned!.includes(`*${wanted!.slice(slash)}`);
}

function holdsPath(owned: readonly string[] | undefined, wanted: string | undefined): boolean {
  if (wanted === undefined) return true;
  return (owned ?? []).some(
    (path) => path === wanted || (path.endsWith('*') && wanted.startsWith(path.replace(/\*+$/, ''))),
  );
}

/** No names are all names. */
function holdsName(owned: readonly string[] | undefined, wanted: string | undefined): boolean {
  if (owned === undefined || owned.length === 0) return true;
  return wanted !== undefined && owned.includes(wanted);
}
