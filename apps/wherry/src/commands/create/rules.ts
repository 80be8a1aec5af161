import type { Invocation } from '../../cli/command.ts';
import { SaidError } from '../../cli/errors.ts';
import { array, list } from '../../cli/flags.ts';
import { UnknownResource, findByWord } from '../../resources/mapping.ts';

/** What a rule of a Role may say about resources. */
export const ruleFlags = {
  resource: list('Resource that the rule applies to'),
  'resource-name': array('Resource in the white list that the rule applies to, repeat this flag for multiple items'),
  verb: list('Verb that applies to the resources contained in the rule'),
};

export interface Rule {
  readonly apiGroups?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly resources?: readonly string[];
  readonly verbs: readonly string[];
}

const resourceVerbs = 'get list watch create update patch delete deletecollection use bind escalate impersonate proxy'
  .concat(' approve sign attest associate')
  .split(' ');

/** The verbs that were asked for; `*` swallows all others. */
export function readVerbs(asked: readonly string[]): readonly string[] {
  return asked.includes('*') ? ['*'] : [...new Set(asked)];
}

/** kubectl only warns of a verb it has not heard of: a webhook or an aggregated API may know it. */
export function warnOfVerbs(verbs: readonly string[], err: (text: string) => void): void {
  for (const verb of verbs) {
    if (verb !== '*' && !resourceVerbs.includes(verb)) err(`Warning: '${verb}' is not a standard resource verb\n`);
  }
}

interface ResourceRef {
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
}

/** `pods`, `deployments.apps`, `pods/log`, as the server has them. */
export async function readRuleResources(
  { session }: Pick<Invocation, 'session'>,
  words: readonly string[],
): Promise<readonly ResourceRef[]> {
  const known = await session.resources();
  const refs: ResourceRef[] = [];
  for (const word of words) {
    if (word === '*') {
      refs.push({ group: '*', resource: '*', subresource: '' });
      continue;
    }
    const [type = '', ...rest] = word.split('/');
    const found = findByWord(known, type);
    if (!found) throw new SaidError(new UnknownResource(type).message);
    refs.push({ group: found.group, resource: found.plural, subresource: rest.join('/') });
  }
  return refs;
}

/** One rule per API group, in the order in which the groups were named. */
export function rulesFor(verbs: readonly string[], refs: readonly ResourceRef[], names: readonly string[]): Rule[] {
  const groups = new Map<string, string[]>();
  for (const { group, resource, subresource } of refs) {
    const resources = groups.get(group) ?? [];
    groups.set(group, [...new Set([...resources, subresource ? `${resource}/${subresource}` : resource])]);
  }
  return [...groups].map(([group, resources]) => ({
    apiGroups: [group],
    ...(names.length > 0 ? { resourceNames: [...new Set(names)] } : {}),
    resources,
    verbs,
  }));
}
