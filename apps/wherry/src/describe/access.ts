import type { RoleBinding } from '@wherry/api';
import type { Unstructured } from '../resources/unstructured.ts';
import { annotationLines, labelLines, type Page } from './page.ts';

interface PolicyRule {
  readonly apiGroups?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly resources?: readonly string[];
  readonly verbs: readonly string[];
}

/** A Role or ClusterRole: its rules taken apart to one resource each, and joined again where only the verbs differ. */
export function describeRole(page: Page, object: Unstructured): void {
  heading(page, object);
  page.line(0, 'PolicyRule:');
  page.line(1, 'Resources\tNon-Resource URLs\tResource Names\tVerbs');
  page.line(1, '---------\t-----------------\t--------------\t-----');
  const lines = new Map<string, Set<string>>();
  for (const rule of (object['rules'] ?? []) as PolicyRule[]) {
    for (const { resource, urls, names } of partsOf(rule)) {
      const key = `${resource}\t[${urls.join(' ')}]\t[${names.join(' ')}]`;
      lines.set(key, new Set([...(lines.get(key) ?? []), ...rule.verbs]));
    }
  }
  const sorted = [...lines].toSorted(([a], [b]) => (a < b ? -1 : 1));
  for (const [key, verbs] of sorted) page.line(1, `${key}\t[${[...verbs].join(' ')}]`);
}

function partsOf(rule: PolicyRule): { resource: string; urls: readonly string[]; names: readonly string[] }[] {
  if (rule.nonResourceURLs?.length)
    return rule.nonResourceURLs.map((url) => ({ resource: '', urls: [url], names: [] }));
  const names = rule.resourceNames?.length ? rule.resourceNames.map((name) => [name]) : [[]];
  return (rule.apiGroups ?? []).flatMap((group) =>
    (rule.resources ?? []).flatMap((resource) =>
      names.map((only) => ({ resource: group ? inGroup(resource, group) : resource, urls: [], names: only })),
    ),
  );
}

function inGroup(resource: string, group: string): string {
  const [plural = '', ...subresource] = resource.split('/');
  return [`${plural}.${group}`, ...subresource].join('/');
}

export function describeBinding(page: Page, object: Unstructured): void {
  const { roleRef, subjects = [] } = object as unknown as RoleBinding;
  heading(page, object);
  page.line(0, 'Role:');
  page.line(1, `Kind:\t${roleRef.kind}`);
  page.line(1, `Name:\t${roleRef.name}`);
  page.line(0, 'Subjects:');
  page.line(1, 'Kind\tName\tNamespace');
  page.line(1, '----\t----\t---------');
  for (const { kind, name, namespace } of subjects) page.line(1, `${kind}\t${name}\t${namespace ?? ''}`);
}

/** Neither page names the namespace. */
function heading(page: Page, { metadata }: Unstructured): void {
  page.line(0, `Name:\t${metadata.name ?? ''}`);
  labelLines(page, 'Labels', metadata.labels);
  annotationLines(page, 'Annotations', metadata.annotations);
}
