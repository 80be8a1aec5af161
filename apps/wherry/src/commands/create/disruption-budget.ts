import { defineCommand } from '../../cli/command.ts';
import { CliError } from '../../cli/errors.ts';
import { string } from '../../cli/flags.ts';
import { readSelector } from '../label-selector.ts';
import { builtIn, createGenerated, generatorFlags, requireName } from './generated.ts';

export const createPodDisruptionBudget = defineCommand({
  name: 'poddisruptionbudget',
  aliases: ['pdb'],
  summary: 'Create a pod disruption budget with the specified name',
  usage: 'NAME --selector=SELECTOR --min-available=N',
  examples: `# At least two pods of an application stay
wherry create pdb web --selector=app=web --min-available=2`,
  flags: {
    ...generatorFlags,
    'max-unavailable': string('The maximum number or percentage of unavailable pods this budget requires.'),
    'min-available': string('The minimum number or percentage of available pods this budget requires.'),
    selector: string('A label selector to use for this budget. Only equality-based selectors are supported.'),
  },
  run: async (invocation) => {
    const { flags } = invocation;
    const name = requireName(invocation);
    const [min, max] = [flags['min-available'], flags['max-unavailable']];
    if (!flags.selector) throw new CliError('a selector must be specified');
    if (!min && !max) throw new CliError('one of min-available or max-unavailable must be specified');
    if (min && max) throw new CliError('min-available and max-unavailable cannot be both specified');
    await createGenerated(
      invocation,
      builtIn('policy', 'PodDisruptionBudget', 'poddisruptionbudgets'),
      name,
      {
        spec: {
          ...(max ? { maxUnavailable: intOrText(max) } : {}),
          ...(min ? { minAvailable: intOrText(min) } : {}),
          selector: readSelector(flags.selector),
        },
        status: { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 },
      },
      { failureSubject: 'poddisruptionbudgets:' },
    );
  },
});

function intOrText(text: string): number | string {
  return /^-?\d+$/.test(text) ? Number(text) : text;
}
