import { defineCommand } from '../../cli/command.ts';
import { builtIn, createGenerated, generatorFlags, requireName } from './generated.ts';

export const createNamespace = defineCommand({
  name: 'namespace',
  aliases: ['ns'],
  summary: 'Create a namespace with the specified name',
  usage: 'NAME',
  flags: generatorFlags,
  run: async (invocation) => {
    const name = requireName(invocation);
    await createGenerated(
      invocation,
      builtIn('', 'Namespace', 'namespaces', false),
      name,
      { spec: {}, status: {} },
      { failureSubject: '' },
    );
  },
});

export const createServiceAccount = defineCommand({
  name: 'serviceaccount',
  aliases: ['sa'],
  summary: 'Create a service account with the specified name',
  usage: 'NAME',
  flags: generatorFlags,
  run: async (invocation) => {
    const name = requireName(invocation);
    await createGenerated(invocation, builtIn('', 'ServiceAccount', 'serviceaccounts'), name, {});
  },
});
