import type { PolicyRule } from '@wherry/api';
import type { Attributes } from '../authorizer.ts';

/** Which names a verb may be used on, and by whose grant. The grant is a text for the decision's reason. */
interface Names {
  any: string | undefined;
  named: Map<string, string> | undefined;
}

/**
 * Everything that some bindings allow, by `group|resource` and verb, so that a decision takes a few look-ups however
 * many rules there are.
 */
export class Grants {
  readonly #resources = new Map<string, Map<string, Names>>();
  readonly #paths = new Map<string, Map<string, string>>();
  /** Of paths that end in a star, without it. */
  readonly #prefixes: { prefix: string; verbs: ReadonlySet<string>; grant: string }[] = [];
  /** What is wrong with the bindings. */
  readonly errors: string[] = [];

  add(rule: PolicyRule, grant: string): void {
    const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
    for (const group of apiGroups) {
      for (const resource of resources) {
        const byVerb = entry(this.#resources, `${group}|${resource}`, () => new Map<string, Names>());
        for (const verb of verbs) {
          const names = entry(byVerb, verb, (): Names => ({ any: undefined, named: undefined }));
          if (resourceNames.length === 0) names.any ??= grant;
          for (const name of resourceNames) {
            names.named ??= new Map();
            if (!names.named.has(name)) names.named.set(name, grant);
          }
        }
      }
    }
    for (const url of nonResourceURLs) {
      if (url.endsWith('*')) {
        this.#prefixes.push({ prefix: url.replace(/\*+$/, ''), verbs: new Set(verbs), grant });
        continue;
      }
      const byVerb = entry(this.#paths, url, () => new Map<string, string>());
      for (const verb of verbs) if (!byVerb.has(verb)) byVerb.set(verb, grant);
    }
  }

  /** @returns whose grant allows it. */
  find(attributes: Attributes, keys: readonly string[]): string | undefined {
    if (!attributes.isResource) return this.#findPath(attributes.path, attributes.verb);
    if (this.#resources.size === 0) return undefined;
    for (const key of keys) {
      const byVerb = this.#resources.get(key);
      if (byVerb === undefined) continue;
      const grant = granted(byVerb.get(attributes.verb), attributes.name) ?? granted(byVerb.get('*'), attributes.name);
      if (grant !== undefined) return grant;
    }
    return undefined;
  }

  #findPath(path: string, verb: string): string | undefined {
    const byVerb = this.#paths.get(path);
    const grant = byVerb?.get(verb) ?? byVerb?.get('*');
    if (grant !== undefined) return grant;
    for (const { prefix, verbs, grant: found } of this.#prefixes) {
      if (path.startsWith(prefix) && (verbs.has(verb) || verbs.has('*'))) return found;
    }
    return undefined;
  }
}

/** The keys under which a rule may allow this; made once per decision, for all grants. */
export function keysOf({ isResource, group, resource, subresource }: Attributes): readonly string[] {
  if (!isResource) return [];
  const combined = subresource === '' ? resource : `${resource}/${subresource}`;
  const keys = [`${group}|${combined}`, `${group}|*`, `*|${combined}`, '*|*'];
  if (subresource !== '') keys.push(`${group}|*/${subresource}`, `*|*/${subresource}`);
  return keys;
}

function granted(names: Names | undefined, name: string): string | undefined {
  return names?.any ?? names?.named?.get(name);
}

function entry<V>(map: Map<string, V>, key: string, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
