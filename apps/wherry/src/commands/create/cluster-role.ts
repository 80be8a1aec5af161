import { defineCommand } from '../../cli/command.ts';
import { CliError } from '../../cli/errors.ts';
import { list } from '../../cli/flags.ts';
import { parseLabelPairs } from '../label-pairs.ts';
import { builtIn, createGenerated, generatorFlags, requireName } from './generated.ts';
import { readRuleResources, readVerbs, ruleFlags, rulesFor, warnOfVerbs, type Rule } from './rules.ts';

const urlVerbs = ['get', 'post', 'put', 'delete', 'patch', 'head', 'options'];

const flags = {
  ...generatorFlags,
  ...ruleFlags,
  'aggregation-rule': list('An aggregation label selector for combining ClusterRoles.'),
  'non-resource-url': list('A partial url that user should have access to.'),
};

export const createClusterRole = defineCommand({
  name: 'clusterrole',
  summary: 'Create a cluster role',
  usage: 'NAME --verb=verb --resource=resource.group [--resource-name=resourcename]',
  examples: `# Create a cluster role that may read pods everywhere
wherry create clusterrole pod-reader --verb=get,list,watch --resource=pods
# Gather the rules of others
wherry create clusterrole monitoring --aggregation-rule="rbac.example.com/aggregate-to-monitoring=true"`,
  flags,
  run: async (invocation) => {
    const name = requireName(invocation);
    const body = await clusterRoleOf(invocation);
    const resource = builtIn('rbac.authorization.k8s.io', 'ClusterRole', 'clusterroles', false);
    await createGenerated(invocation, resource, name, body, { failureSubject: '' });
  },
});

type ClusterRoleInvocation = Parameters<NonNullable<typeof createClusterRole.run>>[0];

async function clusterRoleOf(
  invocation: Pick<ClusterRoleInvocation, 'session' | 'err'> & {
    readonly flags: Readonly<
      Record<'verb' | 'resource' | 'resource-name' | 'aggregation-rule' | 'non-resource-url', readonly string[]>
    >;
  },
): Promise<Record<string, unknown>> {
  const { flags: given } = invocation;
  const urls = given['non-resource-url'];
  const verbs = readVerbs(given.verb);
  if (given['aggregation-rule'].length > 0) {
    if (urls.length + verbs.length + given.resource.length + given['resource-name'].length > 0) {
      throw new CliError(
        'aggregation rule must be specified without nonResourceURLs, resources or resourceNames, verbs',
      );
    }
    const matchLabels = parseLabelPairs(given['aggregation-rule']).set;
    return { aggregationRule: { clusterRoleSelectors: [{ matchLabels }] }, rules: null };
  }
  if (verbs.length === 0) throw new CliError('at least one verb must be specified');
  if (given.resource.length === 0 && urls.length === 0) {
    throw new CliError('one of resource or nonResourceURL must be specified');
  }
  if (given.resource.length > 0) warnOfVerbs(verbs, invocation.err);
  if (urls.length > 0) {
    for (const verb of verbs) {
      if (verb !== '*' && !urlVerbs.includes(verb)) {
        throw new CliError(`invalid verb: '${verb}' for nonResourceURL`);
      }
    }
    for (const url of urls) {
      if (url === '*') continue;
      if (url === '' || !url.startsWith('/')) throw new CliError('nonResourceURL should start with /');
      if (/\*./.test(url)) throw new CliError('nonResourceURL only supports wildcard matches when it is at the end');
    }
  }
  const refs = await readRuleResources(invocation, given.resource);
  const rules: Rule[] = rulesFor(verbs, refs, given['resource-name']);
  if (urls.length > 0) rules.push({ nonResourceURLs: urls, verbs });
  return { rules };
}
