import { defineCommand } from '../../cli/command.ts';
import { CliError } from '../../cli/errors.ts';
import { builtIn, createGenerated, generatorFlags, requireName } from './generated.ts';
import { readRuleResources, readVerbs, ruleFlags, rulesFor, warnOfVerbs } from './rules.ts';

export const createRole = defineCommand({
  name: 'role',
  summary: 'Create a role with single rule',
  usage: 'NAME --verb=verb --resource=resource.group/subresource [--resource-name=resourcename]',
  examples: `# Create a role that may read pods
wherry create role pod-reader --verb=get,list,watch --resource=pods`,
  flags: { ...generatorFlags, ...ruleFlags },
  run: async (invocation) => {
    const { flags } = invocation;
    const name = requireName(invocation);
    const verbs = readVerbs(flags.verb);
    if (verbs.length === 0) throw new CliError('at least one verb must be specified');
    warnOfVerbs(verbs, invocation.err);
    if (flags.resource.length === 0) throw new CliError('at least one resource must be specified');
    const refs = await readRuleResources(invocation, flags.resource);
    await createGenerated(
      invocation,
      builtIn('rbac.authorization.k8s.io', 'Role', 'roles'),
      name,
      { rules: rulesFor(verbs, refs, flags['resource-name']) },
      { failureSubject: '' },
    );
  },
});
