/**
 * From the words of a command line (`po`, `deploy.apps`, `Deployment`, `deployments.v1.apps`, `all`) to the resources
 * that a server has. Pure: it works from the discovery documents alone, so custom resources need nothing more.
 */

export interface ApiResource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly subresources: readonly string[];
  /** Whether `version` is the group's preferred one. */
  readonly preferred: boolean;
}

/** Spellings of one resource: `pods`, `deployments.apps`. */
export function qualifiedName(r: Pick<ApiResource, 'plural' | 'group'>): string {
  return r.group ? `${r.plural}.${r.group}` : r.plural;
}
/** As it stands before a slash in kubectl's answers: `pod`, `deployment.apps`. */
export function singularName(r: Pick<ApiResource, 'kind' | 'group'>): string {
  const kind = r.kind.toLowerCase();
  return r.group ? `${kind}.${r.group}` : kind;
}
export function apiVersionOf(r: Pick<ApiResource, 'group' | 'version'>): string {
  return r.group ? `${r.group}/${r.version}` : r.version;
}
export function sameResource(a: ApiResource, b: ApiResource): boolean {
  return a.group === b.group && a.version === b.version && a.plural === b.plural;
}

/** `/api/v1/namespaces/default/pods/web/status` and its kin. */
export function resourcePath(r: ApiResource, namespace?: string, name?: string, subresource?: string): string {
  const root = r.group ? `/apis/${r.group}/${r.version}` : `/api/${r.version}`;
  const scope = r.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  const tail = [name, subresource].filter((part) => part !== undefined).map((part) => `/${encodeURIComponent(part)}`);
  return `${root}${scope}/${r.plural}${tail.join('')}`;
}

/** The resource that a word means; undefined when the server has none. The order of `resources` decides ties. */
export function findByWord(resources: readonly ApiResource[], word: string): ApiResource | undefined {
  const lower = word.toLowerCase();
  for (const { name, matches } of spellings(lower)) {
    const candidates = resources.filter(matches);
    const hit =
      candidates.find((r) => r.plural === name) ??
      candidates.find((r) => r.shortNames.includes(name)) ??
      candidates.find((r) => r.singular === name || r.kind.toLowerCase() === name);
    if (hit) return hit;
  }
  return undefined;
}

/** How `a.b.c` can be read: a bare name, name.group, name.version.group. */
function spellings(word: string): { name: string; matches: (r: ApiResource) => boolean }[] {
  const [name = '', ...rest] = word.split('.');
  if (rest.length === 0) return [{ name, matches: (r) => r.preferred }];
  const group = rest.join('.');
  const readings = [{ name, matches: (r: ApiResource) => r.group === group && r.preferred }];
  const version = rest[0] ?? '';
  const versionGroup = rest.slice(1).join('.');
  readings.push({ name, matches: (r: ApiResource) => r.version === version && r.group === versionGroup });
  readings.push({ name, matches: (r: ApiResource) => r.group.startsWith(`${group}.`) && r.preferred });
  return readings;
}

export function findByKind(
  resources: readonly ApiResource[],
  apiVersion: string,
  kind: string,
): ApiResource | undefined {
  return resources.find((r) => r.kind === kind && apiVersionOf(r) === apiVersion);
}

/** The resources of a category such as `all`, in discovery's order. */
export function findByCategory(resources: readonly ApiResource[], category: string): readonly ApiResource[] {
  return resources.filter((r) => r.preferred && r.categories.includes(category) && r.verbs.includes('list'));
}

export class UnknownResource extends Error {
  constructor(word: string) {
    // Of TYPE.VERSION.GROUP kubectl names the type alone.
    super(`the server doesn't have a resource type ${JSON.stringify(word.split('.', 1)[0])}`);
  }
}

/** Reads `pods,svc` and categories; each resource comes once. Throws UnknownResource. */
export function resolveTypes(resources: readonly ApiResource[], text: string): ApiResource[] {
  const found: ApiResource[] = [];
  for (const word of text.split(',').filter((w) => w !== '')) {
    const category = findByCategory(resources, word);
    const one = category.length > 0 ? undefined : findByWord(resources, word);
    if (!one && category.length === 0) throw new UnknownResource(word);
    for (const r of one ? [one] : category) if (!found.some((f) => sameResource(f, r))) found.push(r);
  }
  return found;
}
