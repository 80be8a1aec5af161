import { mergePatch } from '@wherry/apimachinery';
import { defineCommand } from '../cli/command.ts';
import { CliError } from '../cli/errors.ts';
import { array, bool, duration, string } from '../cli/flags.ts';
import { builtIn, createGenerated, generatorFlags } from './create/generated.ts';
import { parseLabelPairs } from './label-pairs.ts';

const flags = {
  ...generatorFlags,
  annotations: array('Annotations to apply to the pod.'),
  attach: bool('If true, wait for the Pod to start running, and then attach to the Pod as if attach were called.'),
  command: bool('If true and extra arguments are present, use them as the command field rather than the args field.'),
  env: array('Environment variables to set in the container.'),
  expose: bool('If true, create a ClusterIP service associated with the pod. Requires `--port`.'),
  image: string('The image for the container to run.'),
  'image-pull-policy': string('The image pull policy for the container.'),
  labels: string('Comma separated labels to apply to the pod.', '', { short: 'l' }),
  'pod-running-timeout': duration('The length of time to wait until at least one pod is running', 60_000),
  overrides: string('An inline JSON override for the generated object.'),
  port: string('The port that this container exposes.'),
  privileged: bool('If true, run the container in privileged mode.'),
  quiet: bool('If true, suppress prompt messages.', false, { short: 'q' }),
  restart: string('The restart policy for this Pod. Legal values [Always, OnFailure, Never].', 'Always'),
  rm: bool('If true, delete the pod after it exits. Only valid when attaching to the container.'),
  stdin: bool('Keep stdin open on the container in the pod, even if nothing is attached.', false, { short: 'i' }),
  tty: bool('Allocate a TTY for the container in the pod.', false, { short: 't' }),
};

export const run = defineCommand({
  name: 'run',
  summary: 'Run a particular image on the cluster',
  usage: 'NAME --image=image [--env="key=value"] [--port=port] [--command] -- [COMMAND] [args...]',
  examples: `# Start a pod
wherry run web --image=nginx --port=80
# Run a shell and delete the pod afterwards
wherry run -it --rm try --image=busybox --restart=Never -- sh`,
  flags,
  run: async (invocation) => {
    const { flags: given, args } = invocation;
    const [name, ...words] = args;
    if (!invocation.changed('image')) throw new CliError('required flag(s) "image" not set');
    const help = `\nSee '${invocation.path} -h' for help and examples`;
    if (name === undefined) throw new CliError(`NAME is required for run${help}`);
    if (!/^[\w][\w.\-/:]*[\w]$|^\w(?:@.+)?$|^[^@]+@sha256:[0-9a-f]{64}$/.test(given.image)) {
      throw new CliError(`Invalid image name ${JSON.stringify(given.image)}: invalid reference format`);
    }
    if (given.expose && !given.port) throw new CliError(`--port must be set when exposing a service${help}`);
    if (!['Always', 'OnFailure', 'Never'].includes(given.restart)) {
      throw new CliError(`invalid restart policy: ${given.restart}${help}`);
    }
    const attached = given.attach || given.stdin;
    if (given.tty && !given.stdin) throw new CliError('-i/--stdin is required for containers with -t/--tty=true');
    if (given.rm && !attached) throw new CliError('--rm should only be used for attached containers');
    const pod = overridden(podOf(name, words, given), given.overrides);
    if (given.expose) await exposePod(invocation, name, given.port, pod);
    const pods = builtIn('', 'Pod', 'pods');
    const quiet = attached && !given.output;
    const announce = quiet ? { ...invocation, out: () => undefined } : invocation;
    const created = await createGenerated(
      { ...announce, flags: { ...given, 'field-manager': 'kubectl-run' } },
      pods,
      name,
      pod,
      { failureSubject: '' },
    );
    if (!attached || given['dry-run'] !== 'none') return;
    const { runAttached } = await import('./run-attached.ts');
    await runAttached(invocation, created, {
      stdin: given.stdin,
      tty: given.tty,
      remove: given.rm,
      quiet: given.quiet,
      timeoutMs: given['pod-running-timeout'],
    });
  },
});

/** --overrides: a JSON merge patch upon what the flags say. */
function overridden(pod: Record<string, unknown>, overrides: string): Record<string, unknown> {
  if (overrides === '') return pod;
  let patch: unknown;
  try {
    patch = JSON.parse(overrides);
  } catch (error) {
    throw new CliError(`invalid --overrides: ${(error as Error).message}`);
  }
  const { apiVersion: _, kind: __, ...merged } = mergePatch(pod, patch) as Record<string, unknown>;
  return merged;
}

async function exposePod(
  invocation: Parameters<typeof createGenerated>[0] & { readonly flags: { readonly port: string } },
  name: string,
  port: string,
  pod: Record<string, unknown>,
): Promise<void> {
  const selector = (pod['metadata'] as { labels?: Record<string, string> }).labels;
  const ports = [{ port: Number(port), protocol: 'TCP', targetPort: Number(port) }];
  await createGenerated(
    { ...invocation, flags: { ...invocation.flags, 'field-manager': 'kubectl-run' } },
    builtIn('', 'Service', 'services'),
    name,
    { spec: { ports, selector }, status: { loadBalancer: {} } },
    { failureSubject: '' },
  );
}

interface PodFlags {
  readonly annotations: readonly string[];
  readonly command: boolean;
  readonly env: readonly string[];
  readonly image: string;
  readonly 'image-pull-policy': string;
  readonly labels: string;
  readonly port: string;
  readonly privileged: boolean;
  readonly restart: string;
  readonly stdin: boolean;
  readonly tty: boolean;
}

function podOf(name: string, words: readonly string[], given: PodFlags): Record<string, unknown> {
  const labels = given.labels ? parseLabelPairs(given.labels.split(',')).set : { run: name };
  const annotations = given.annotations.length > 0 ? parseLabelPairs(given.annotations).set : undefined;
  const env = given.env.map((pair) => {
    const equals = pair.indexOf('=');
    if (equals < 1) throw new CliError(`invalid env: ${pair}`);
    return { name: pair.slice(0, equals), value: pair.slice(equals + 1) };
  });
  const port = Number(given.port);
  if (given.port && !(Number.isInteger(port) && port > 0 && port < 65536))
    throw new CliError(`invalid port: ${given.port}`);
  return {
    metadata: { ...(annotations ? { annotations } : {}), labels },
    spec: {
      containers: [
        {
          ...(words.length > 0 ? { [given.command ? 'command' : 'args']: words } : {}),
          ...(env.length > 0 ? { env } : {}),
          image: given.image,
          ...(given['image-pull-policy'] ? { imagePullPolicy: given['image-pull-policy'] } : {}),
          name,
          ...(given.port ? { ports: [{ containerPort: port }] } : {}),
          resources: {},
          ...(given.privileged ? { securityContext: { privileged: true } } : {}),
          ...(given.stdin ? { stdin: true, stdinOnce: true } : {}),
          ...(given.tty ? { tty: true } : {}),
        },
      ],
      dnsPolicy: 'ClusterFirst',
      restartPolicy: given.restart,
    },
    status: {},
  };
}
