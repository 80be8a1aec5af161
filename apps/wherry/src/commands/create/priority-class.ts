import { defineCommand } from '../../cli/command.ts';
import { bool, int, string } from '../../cli/flags.ts';
import { builtIn, createGenerated, generatorFlags, requireName } from './generated.ts';

export const createPriorityClass = defineCommand({
  name: 'priorityclass',
  aliases: ['pc'],
  summary: 'Create a priority class with the specified name',
  usage: 'NAME --value=VALUE --global-default=BOOL',
  examples: `# Create a class above the ordinary
wherry create priorityclass high --value=1000 --description="what must run"`,
  flags: {
    ...generatorFlags,
    description: string(
      'An arbitrary string that usually provides guidelines on when this priority class is to be used.',
    ),
    'global-default': bool('Whether this class is the default of pods that name none.'),
    'preemption-policy': string(
      'preemption-policy is the policy for preempting pods with lower priority.',
      'PreemptLowerPriority',
    ),
    value: int('the value of this priority class.', 0),
  },
  run: async (invocation) => {
    const { flags } = invocation;
    const name = requireName(invocation);
    await createGenerated(invocation, builtIn('scheduling.k8s.io', 'PriorityClass', 'priorityclasses', false), name, {
      ...(flags.description ? { description: flags.description } : {}),
      ...(flags['global-default'] ? { globalDefault: true } : {}),
      preemptionPolicy: flags['preemption-policy'],
      value: flags.value,
    });
  },
});
