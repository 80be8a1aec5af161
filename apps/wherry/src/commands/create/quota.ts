import { parseQuantity } from '@wherry/apimachinery';
import { defineCommand } from '../../cli/command.ts';
import { CliError } from '../../cli/errors.ts';
import { string } from '../../cli/flags.ts';
import { builtIn, createGenerated, generatorFlags, requireName } from './generated.ts';

export const createQuota = defineCommand({
  name: 'quota',
  aliases: ['resourcequota'],
  summary: 'Create a quota with the specified name',
  usage: 'NAME [--hard=key1=value1,key2=value2] [--scopes=Scope1,Scope2]',
  examples: `# Bound what a namespace may hold
wherry create quota small --hard=cpu=1,memory=1Gi,pods=2`,
  flags: {
    ...generatorFlags,
    hard: string('A comma-delimited set of resource=quantity pairs that define a hard limit.'),
    scopes: string('A comma-delimited set of quota scopes that must all match each object tracked by the quota.'),
  },
  run: async (invocation) => {
    const { flags } = invocation;
    const name = requireName(invocation);
    await createGenerated(
      invocation,
      builtIn('', 'ResourceQuota', 'resourcequotas'),
      name,
      {
        spec: {
          ...(flags.hard ? { hard: readResourceList(flags.hard) } : {}),
          ...(flags.scopes ? { scopes: flags.scopes.split(',') } : {}),
        },
        status: {},
      },
      { failureSubject: 'quota:' },
    );
  },
});

/** `cpu=1,memory=2Gi` as quantities. */
export function readResourceList(text: string): Record<string, string> {
  const list: Record<string, string> = {};
  for (const pair of text.split(',')) {
    const [resource, quantity, ...rest] = pair.split('=');
    if (!resource || quantity === undefined || rest.length > 0) {
      throw new CliError(`Invalid argument syntax ${pair}, expected <resource>=<value>`);
    }
    try {
      parseQuantity(quantity);
    } catch (error) {
      throw new CliError((error as Error).message);
    }
    list[resource] = quantity;
  }
  return list;
}
