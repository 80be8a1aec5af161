import { defineCommand } from '../../cli/command.ts';
import { CliError } from '../../cli/errors.ts';
import { int, list } from '../../cli/flags.ts';
import { builtIn, createGenerated, generatorFlags, requireName } from './generated.ts';

const flags = {
  ...generatorFlags,
  image: list('Image names to run. A deployment can have multiple images set for multi-container pod.'),
  port: int('The containerPort that this deployment exposes.', -1),
  replicas: int('Number of replicas to create.', 1, { short: 'r' }),
};

export const createDeployment = defineCommand({
  name: 'deployment',
  aliases: ['deploy'],
  summary: 'Create a deployment with the specified name',
  usage: 'NAME --image=image -- [COMMAND] [args...]',
  examples: `# Create a deployment named web that runs 3 replicas of an image
wherry create deployment web --image=nginx --replicas=3 --port=80`,
  flags,
  run: async (invocation) => {
    const { args, argsBeforeDash } = invocation;
    const { image, port, replicas } = invocation.flags;
    const command = argsBeforeDash < 0 ? [] : args.slice(argsBeforeDash);
    const name = requireName({
      path: invocation.path,
      args: argsBeforeDash < 0 ? args : args.slice(0, argsBeforeDash),
    });
    if (image.length === 0) throw new CliError('required flag(s) "image" not set');
    if (image.length > 1 && command.length > 0)
      throw new CliError('cannot specify multiple --image options and command');
    await createGenerated(invocation, builtIn('apps', 'Deployment', 'deployments'), name, {
      metadata: { labels: { app: name } },
      spec: {
        replicas,
        selector: { matchLabels: { app: name } },
        strategy: {},
        template: {
          metadata: { labels: { app: name } },
          spec: {
            containers: image.map((ref) => ({
              ...(command.length > 0 ? { command } : {}),
              image: ref,
              name: containerName(ref),
              ...(port >= 0 ? { ports: [{ containerPort: port }] } : {}),
              resources: {},
            })),
          },
        },
      },
      status: {},
    });
  },
});

/** The image's last path segment without tag and digest. */
function containerName(image: string): string {
  return (image.split('/').at(-1) ?? image)
    .replace(/[@:].*$/, '')
    .replaceAll(/[_.]/g, '-')
    .toLowerCase();
}
