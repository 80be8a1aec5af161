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
  entry(
    beginner,
    'create',
    'Create a resource from a file or from stdin',
    async () => (await import('./create/create.ts')).create,
  ),
  entry(beginner, 'run', 'Run a particular image on the cluster', async () => (await import('./run.ts')).run),
  entry(intermediate, 'get', 'Display one or many resources', async () => (await import('./get.ts')).get),
  entry(
    intermediate,
    'delete',
    'Delete resources by file names, stdin, resources and names, or by resources and label selector',
    async () => (await import('./delete.ts')).deleteCommand,
  ),
  entry(deploy, 'rollout', 'Manage the rollout of a resource', async () => (await import('./rollout.ts')).rollout),
  entry(
    deploy,
    'scale',
    'Set a new size for a deployment, replica set, or replication controller',
    async () => (await import('./scale.ts')).scale,
  ),
  entry(
    troubleshooting,
    'describe',
    'Show details of a specific resource or group of resources',
    async () => (await import('./describe.ts')).describe,
  ),
  entry(
    troubleshooting,
    'logs',
    'Print the logs for a container in a pod',
    async () => (await import('./logs.ts')).logs,
  ),
  entry(troubleshooting, 'attach', 'Attach to a running container', async () => (await import('./attach.ts')).attach),
  entry(troubleshooting, 'exec', 'Execute a command in a container', async () => (await import('./exec.ts')).exec),
  entry(
    advanced,
    'apply',
    'Apply a configuration to a resource by file name or stdin',
    async () => (await import('./apply.ts')).apply,
  ),
  entry(advanced, 'patch', 'Update fields of a resource', async () => (await import('./patch.ts')).patch),
  entry(settings, 'label', 'Update the labels on a resource', async () => (await import('./label.ts')).label),
  entry(
    settings,
    'annotate',
    'Update the annotations on a resource',
    async () => (await import('./label.ts')).annotate,
  ),
];
