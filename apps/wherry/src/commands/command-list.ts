import type { CommandEntry, CommandSpec } from '../cli/command.ts';

const beginner = 'Basic Commands (Beginner)';
const intermediate = 'Basic Commands (Intermediate)';
const deploy = 'Deploy Commands';
const cluster = 'Cluster Management Commands';
const troubleshooting = 'Troubleshooting and Debugging Commands';
const advanced = 'Advanced Commands';
const settings = 'Settings Commands';
const other = 'Other Commands';

function entry(group: string, name: string, summary: string, load: () => Promise<CommandSpec>): CommandEntry {
  return { name, group, summary, load };
}

/** kubectl's verbs. A command's module is loaded when the command is used, so that each starts fast. */
export const kubectlCommands: readonly CommandEntry[] = [
  entry(intermediate, 'get', 'Display one or many resources', async () => (await import('./get.ts')).get),
];
