/** Rules of roles, taken apart and put together as `describe role` and `auth can-i --list` show them. Pure. */

export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[] | null | undefined;
  readonly resources?: readonly string[] | null | undefined;
  readonly resourceNames?: readonly string[] | null | undefined;
  readonly nonResourceURLs?: readonly string[] | null | undefined;
}

/** One rule for each group, resource and name, and one for each URL. */
export function breakDown(rule: PolicyRule): PolicyRule[] {
  const { verbs } = rule;
  const names = rule.resourceNames ?? [];
  const parts: PolicyRule[] = [];
  for (const group of rule.apiGroups ?? []) {
    for (const resource of rule.resources ?? []) {
      const part = { verbs, apiGroups: [group], resources: [resource] };
      if (names.length === 0) parts.push(part);
      for (const name of names) parts.push({ ...part, resourceNames: [name] });
    }
  }
  for (const url of rule.nonResourceURLs ?? []) parts.push({ verbs, nonResourceURLs: [url] });
  return parts;
}

/** Rules about the same one resource become one, with the verbs of all; others stay, and come first. */
export function compact(rules: readonly PolicyRule[]): PolicyRule[] {
  const others: PolicyRule[] = [];
  const simple = new Map<string, PolicyRule & { verbs: string[] }>();
  for (const rule of rules) {
    if (!isSimple(rule)) {
      others.push(rule);
      continue;
    }
    const key = JSON.stringify([rule.apiGroups, rule.resources, rule.resourceNames ?? []]);
    const known = simple.get(key);
    if (!known) simple.set(key, { ...rule, verbs: [...rule.verbs] });
    else known.verbs.push(...rule.verbs.filter((verb) => !known.verbs.includes(verb)));
  }
  return [...others, ...simple.values()];
}

function isSimple(rule: PolicyRule): boolean {
  const count = (list: readonly string[] | null | undefined): number => list?.length ?? 0;
  return (
    count(rule.resourceNames) <= 1 &&
    count(rule.nonResourceURLs) === 0 &&
    count(rule.apiGroups) === 1 &&
    count(rule.resources) === 1
  );
}

/** In the order of their Go text, which begins with the verbs. */
export function sortRules(rules: readonly PolicyRule[]): PolicyRule[] {
  const keyed = rules.map((rule) => ({ rule, key: sortText(rule) }));
  return keyed.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ rule }) => rule);
}

function sortText(rule: PolicyRule): string {
  const { verbs, apiGroups, resources, resourceNames, nonResourceURLs } = rule;
  return [verbs, apiGroups, resources, resourceNames, nonResourceURLs].map(goList).join(',');
}

/** A list as Go's %v prints it. */
export function goList(list: readonly string[] | null | undefined): string {
  return `[${(list ?? []).join(' ')}]`;
}

/** `deployments.apps/scale`, of a rule about one resource; empty for a rule about URLs. */
export function resourceOf({ resources, apiGroups }: PolicyRule): string {
  const [resource] = resources ?? [];
  if (resource === undefined) return '';
  const slash = resource.indexOf('/');
  const name = slash < 0 ? resource : resource.slice(0, slash);
  const group = apiGroups?.[0] ? `.${apiGroups[0]}` : '';
  return name + group + (slash < 0 ? '' : resource.slice(slash));
}
