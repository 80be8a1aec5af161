import { type CommandSpec, defineCommand } from '../cli/command.ts';
import { bool, int, string } from '../cli/flags.ts';
import { up } from './up.ts';

export const upCommand: CommandSpec = defineCommand({
  name: 'up',
  summary: 'Start a cluster on this host',
  usage: '[flags]',
  description:
    'Starts a cluster on this host: installs what is missing, starts the daemons, and deploys a demo to look at. It can be run again at any time.',
  flags: {
    home: string('Keep everything below this folder instead of /var/lib, /etc, /run and /var/log'),
    'no-demo': bool('Do not deploy the demo'),
    'control-planes': int(
      'How many apiservers, each a member of the store; as many as there are unless told, at first 1',
      0,
    ),
  },
  run: ({ flags, changed }) =>
    up({
      home: flags.home || undefined,
      demo: !flags['no-demo'],
      controlPlanes: changed('control-planes') ? flags['control-planes'] : undefined,
    }),
});
