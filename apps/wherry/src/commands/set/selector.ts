import { defineCommand } from '../../cli/command.ts';
import { CliError } from '../../cli/errors.ts';
import { string } from '../../cli/flags.ts';
import { parseLabelPairs } from '../label-pairs.ts';
import { applyChange, objectsToSet, setFlags } from './changes.ts';

export const setSelector = defineCommand({
  name: 'selector',
  summary: 'Set the selector on a resource',
  usage: '(-f FILENAME | TYPE NAME) EXPRESSIONS [--resource-version=version]',
  examples: `# Let a service choose other pods
wherry set selector service web app=web,track=stable`,
  flags: {
    ...setFlags,
    'resource-version': string(
      'If non-empty, the selectors update will only succeed if this is the current resource-version.',
    ),
  },
  run: async (invocation) => {
    const { args, flags } = invocation;
    const expression = args.at(-1);
    if (expression === undefined || !/[=!\s]/.test(expression)) {
      if (args.length < 2 && flags.filename.length === 0) {
        throw new CliError('one or more resources must be specified as <resource> <name> or <resource>/<name>');
      }
      if (expression === undefined) throw new CliError('a selector is required');
    }
    const selector = readEquals(expression);
    await applyChange(invocation, await objectsToSet(invocation, args.slice(0, -1)), {
      what: 'selector',
      done: 'selector updated',
      mutate: (object) => {
        if (object.kind !== 'Service') {
          throw new CliError('setting a selector is only supported for Services');
        }
        object['spec'] = { ...(object['spec'] as object), selector };
        if (flags['resource-version']) object.metadata.resourceVersion = flags['resource-version'];
      },
    });
  },
});

function readEquals(text: string): Record<string, string> {
  if (/!|\sin\s|\snotin\s/.test(text)) {
    throw new CliError(`match expression ${text} not supported on this object`);
  }
  return parseLabelPairs(text.split(',').map((part) => part.replace('==', '='))).set;
}
