import { type CommandSpec, defineCommand } from '../cli/command.ts';
import { bool, string } from '../cli/flags.ts';
import { down } from './down.ts';

export const downCommand: CommandSpec = defineCommand({
  name: 'down',
  summary: 'Stop the cluster of this host',
  usage: '[flags]',
  description:
    'Stops the cluster and removes everything it put on this host, but for installed packages. What belongs to others stays.',
  flags: {
    home: string('The folder that was given to up'),
    'keep-data': bool('Keep the certificates and what is stored in the cluster'),
  },
  run: ({ flags }) => down({ home: flags.home || undefined, keepData: flags['keep-data'] }),
});
