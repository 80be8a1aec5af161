import { defineCommand } from '../../cli/command.ts';
import { CliError } from '../../cli/errors.ts';
import { applyChange, objectsToSet, setFlags } from './changes.ts';
import { podSpecOf } from './pod-spec.ts';

export const setServiceAccount = defineCommand({
  name: 'serviceaccount',
  aliases: ['sa'],
  summary: 'Update the service account of a resource',
  usage: '(-f FILENAME | TYPE NAME) SERVICE_ACCOUNT',
  examples: `# Run a deployment's pods as another service account
wherry set serviceaccount deployment web builder`,
  flags: setFlags,
  run: async (invocation) => {
    const name = invocation.args.at(-1);
    if (name === undefined) throw new CliError('serviceaccount is required');
    await applyChange(invocation, await objectsToSet(invocation, invocation.args.slice(0, -1)), {
      what: 'ServiceAccountName',
      done: 'serviceaccount updated',
      always: true,
      mutate: (object) => {
        const spec = podSpecOf(object);
        spec.serviceAccountName = name;
        // The older name of the same field; a server keeps both alike.
        if (spec.serviceAccount !== undefined) spec.serviceAccount = name;
      },
    });
  },
});
