import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Pod } from '@wherry/api';
import { defineCommand, type Invocation } from '../cli/command.ts';
import { CliError, UsageError } from '../cli/errors.ts';
import { bool, list, string } from '../cli/flags.ts';
import { checkCustom, copyOf, nodePod, withEphemeral, type DebugPod, type DebugRequest } from '../debug/debug-pods.ts';
import { readProfile } from '../debug/profiles.ts';
import { containersOf, podPath } from '../resources/pod-of.ts';
import { choose, getObject, type Info } from '../resources/select.ts';
import type { Unstructured } from '../resources/unstructured.ts';

const flags = {
  'arguments-only': bool(
    'If specified, everything after -- will be passed to the new container as Args instead of Command.',
  ),
  attach: bool(
    "If true, wait for the container to start running, and then attach as if 'attach ...' were called.  Default false, unless '-i/--stdin' is set, in which case the default is true.",
  ),
  container: string('Container name to use for debug container.', '', { short: 'c' }),
  'copy-to': string('Create a copy of the target Pod with this name.'),
  custom: string(
    'Path to a JSON or YAML file containing a partial container spec to customize built-in debug profiles.',
  ),
  env: list('Environment variables to set in the container.'),
  filename: list('identifying the resource to debug', { short: 'f' }),
  image: string('Container image to use for debug container.'),
  'image-pull-policy': string(
    'The image pull policy for the container. If left empty, this value will not be specified by the client and defaulted by the server.',
  ),
  'keep-annotations': bool(
    "If true, keep the original pod annotations.(This flag only works when used with '--copy-to')",
  ),
  'keep-init-containers': bool(
    "Run the init containers for the pod. Defaults to true.(This flag only works when used with '--copy-to')",
    true,
  ),
  'keep-labels': bool("If true, keep the original pod labels.(This flag only works when used with '--copy-to')"),
  'keep-liveness': bool(
    "If true, keep the original pod liveness probes.(This flag only works when used with '--copy-to')",
  ),
  'keep-readiness': bool(
    "If true, keep the original pod readiness probes.(This flag only works when used with '--copy-to')",
  ),
  'keep-startup': bool("If true, keep the original startup probes.(This flag only works when used with '--copy-to')"),
  profile: string(
    'Options are "general", "baseline", "restricted", "netadmin" or "sysadmin". Defaults to "general"',
    'general',
  ),
  quiet: bool('If true, suppress informational messages.', false, { short: 'q' }),
  replace: bool("When used with '--copy-to', delete the original Pod."),
  'same-node': bool("When used with '--copy-to', schedule the copy of target Pod on the same node."),
  'set-image': list("When used with '--copy-to', a list of name=image pairs for changing container images."),
  'share-processes': bool("When used with '--copy-to', enable process namespace sharing in the copy.", true),
  stdin: bool('Keep stdin open on the container(s) in the pod, even if nothing is attached.', false, { short: 'i' }),
  target: string('When using an ephemeral container, target processes in this container name.'),
  tty: bool('Allocate a TTY for the debugging container.', false, { short: 't' }),
};
type Debug = Invocation<typeof flags>;

export const debug = defineCommand({
  name: 'debug',
  summary: 'Create debugging sessions for troubleshooting workloads and nodes',
  usage: '(POD | TYPE[[.VERSION].GROUP]/NAME) [ -- COMMAND [args...] ]',
  description:
    'Adds a container to a running pod, makes a copy of a pod with something changed, or makes a pod in the namespaces of a node.',
  examples: `wherry debug web -it --image=busybox --target=app
wherry debug web -it --image=busybox --copy-to=web-debug
wherry debug web --copy-to=web-debug --set-image=*=busybox
wherry debug node/worker-1 -it --image=busybox`,
  flags,
  run: async (invocation) => {
    const { args, argsBeforeDash, session, io, flags: given } = invocation;
    const names = argsBeforeDash >= 0 && args.length > argsBeforeDash ? args.slice(0, argsBeforeDash) : args;
    const request = await readRequest(invocation, args.slice(names.length));
    check(invocation, request, names);
    const attach = invocation.changed('attach') ? given.attach : given.stdin;
    const infos: Info[] = [];
    if (given.filename.length > 0) infos.push(...(await objectsOf(invocation, { filenames: given.filename })));
    for (const name of names)
      infos.push(...(await objectsOf(invocation, { args: [name.includes('/') ? name : `pods/${name}`] })));
    for (const info of infos) {
      const object = await getObject(session, info);
      const made = await start(invocation, info, object, request);
      if (attach && made.container !== '') {
        const { attachWhenStarted } = await import('../debug/attach-when-started.ts');
        const { stdin, tty, quiet } = given;
        await attachWhenStarted({ ...invocation, io }, made.pod, { container: made.container, stdin, tty, quiet });
      }
    }
  },
});

async function objectsOf(
  { session, io }: Debug,
  of: { args?: readonly string[]; filenames?: readonly string[] },
): Promise<readonly Info[]> {
  const chosen = await choose(session, io, { args: [], verb: 'debug', ...of });
  return chosen.kind === 'objects' ? chosen.infos : [];
}

async function readRequest({ flags: given, changed, io }: Debug, command: readonly string[]): Promise<DebugRequest> {
  return {
    container: given.container,
    image: given.image,
    pullPolicy: given['image-pull-policy'],
    command,
    argumentsOnly: given['arguments-only'],
    env: [...pairs('env', given.env)].map(([name, value]) => ({ name, value })),
    stdin: given.stdin,
    tty: given.tty,
    target: given.target,
    copyTo: given['copy-to'],
    sameNode: given['same-node'],
    setImages: pairs('set-image', given['set-image']),
    shareProcesses: changed('share-processes') ? given['share-processes'] : undefined,
    profile: readProfile(given.profile),
    keep: {
      labels: given['keep-labels'],
      annotations: given['keep-annotations'],
      liveness: given['keep-liveness'],
      readiness: given['keep-readiness'],
      startup: given['keep-startup'],
      initContainers: given['keep-init-containers'],
    },
    custom: given.custom ? await readCustom(resolve(io.cwd, given.custom), given.custom) : undefined,
  };
}

async function readCustom(path: string, name: string): Promise<object> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? `open ${name}: no such file or directory` : error.message;
    throw new CliError(`must pass a container spec json file for custom profile: ${why}`);
  });
  const { parse } = await import('yaml');
  try {
    return checkCustom(parse(text, { maxAliasCount: 100 }), name);
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(`${name} does not contain a valid container spec: ${(error as Error).message}`);
  }
}

function pairs(flag: string, words: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals < 0)
      throw new UsageError(
        `invalid argument ${JSON.stringify(word)} for "--${flag}" flag: ${word} must be formatted as key=value`,
      );
    found.set(word.slice(0, equals), word.slice(equals + 1));
  }
  return found;
}

/** Of docker's image references; what matters is that no flag or blank passes for one. */
const imageName =
  /^[a-zA-Z0-9][\w.-]*(:\d+)?(\/[a-zA-Z0-9][\w.-]*)*(:[\w][\w.-]{0,127})?(@[A-Za-z][\w+.-]*:[0-9a-fA-F]{32,})?$/;

function check({ flags: given, changed, out, err }: Debug, request: DebugRequest, names: readonly string[]): void {
  const { image, setImages, command, container } = request;
  const fail = (words: string): never => {
    throw new CliError(words);
  };
  if (changed('attach') && given.attach && !image && !container)
    fail('you must specify --container or create a new container using --image in order to attach.');
  if (request.copyTo) {
    if (!image && setImages.size === 0 && command.length === 0)
      fail('you must specify --image, --set-image or command arguments.');
    if (command.length > 0 && !container && !image)
      fail('you must specify an existing container or a new image when specifying args.');
  } else if (given.replace) fail('--replace may only be used with --copy-to.');
  else if (request.sameNode) fail('--same-node may only be used with --copy-to.');
  else if (setImages.size > 0) fail('--set-image may only be used with --copy-to.');
  else if (!image) fail('you must specify --image when not using --copy-to.');
  if (image && !imageName.test(image)) fail(`invalid image name ${JSON.stringify(image)}: invalid reference format`);
  if (names.length === 0 && given.filename.length === 0) fail('NAME or filename is required for debug');
  if (!['', 'Always', 'IfNotPresent', 'Never'].includes(request.pullPolicy))
    fail(`invalid image pull policy: ${request.pullPolicy}`);
  for (const [name, one] of setImages)
    if (!imageName.test(one))
      fail(`invalid image name ${JSON.stringify(one)} for container ${JSON.stringify(name)}: invalid reference format`);
  if (request.target) {
    if (request.copyTo) fail('--target is incompatible with --copy-to. Use --share-processes instead.');
    if (!given.quiet)
      out(
        `Targeting container ${JSON.stringify(request.target)}. If you don't see processes from this container it may be because the container runtime doesn't support this feature.\n`,
      );
  }
  if (request.tty && !request.stdin) fail('-i/--stdin is required for containers with -t/--tty=true');
  if (request.profile === 'legacy')
    err(
      '--profile=legacy is deprecated and planned to be removed in v1.39. It is recommended to specify other profile, for example "--profile=general".\n',
    );
}

async function start(invocation: Debug, info: Info, object: Unstructured, request: DebugRequest): Promise<DebugPod> {
  const { session, out, flags: given } = invocation;
  const { quiet } = given;
  if (info.resource.plural === 'nodes') {
    const name = request.container || 'debugger';
    const podName = `node-debugger-${info.name}-${suffix()}`;
    if (!quiet) out(`Creating debugging pod ${podName} with container ${name} on node ${info.name}.\n`);
    const made = nodePod(info.name, podName, request, name);
    const collection = `/api/v1/namespaces/${encodeURIComponent(await session.namespace())}/pods`;
    return { ...made, pod: await session.request<Pod>({ method: 'POST', path: collection, body: made.pod }) };
  }
  if (info.resource.plural !== 'pods') {
    const { group, version, kind } = info.resource;
    throw new CliError(`"${group}/${version}, Kind=${kind}" not supported by debug`);
  }
  const pod = object as unknown as Pod;
  const newName = (): string => {
    const taken = new Set(containersOf(pod).map(({ name }) => name));
    let name = `debugger-${suffix()}`;
    while (taken.has(name)) name = `debugger-${suffix()}`;
    if (!quiet) out(`Defaulting debug container name to ${name}.\n`);
    return name;
  };
  if (!request.copyTo) {
    const made = withEphemeral(pod, request, request.container || newName());
    warnOfUser(invocation, made);
    const added = made.pod.spec.ephemeralContainers?.at(-1);
    const body = { spec: { ephemeralContainers: [added] } };
    const path = podPath(pod, 'ephemeralcontainers');
    const contentType = 'application/strategic-merge-patch+json';
    return { ...made, pod: await session.request<Pod>({ method: 'PATCH', path, contentType, body }) };
  }
  const made = copyOf(pod, request, newName);
  warnOfUser(invocation, made);
  const collection = `/api/v1/namespaces/${encodeURIComponent(pod.metadata.namespace ?? '')}/pods`;
  const created = await session.request<Pod>({ method: 'POST', path: collection, body: made.pod });
  if (given.replace) {
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0 };
    await session.request({ method: 'DELETE', path: podPath(pod), body });
  }
  return { ...made, pod: created };
}

function warnOfUser({ err }: Debug, { pod, container: name }: DebugPod): void {
  const all = [...pod.spec.containers, ...(pod.spec.ephemeralContainers ?? [])];
  const security = all.find((container) => container.name === name)?.securityContext;
  const user = pod.spec.securityContext?.runAsUser;
  if (!user || !security || security.runAsUser === 0) return;
  if (!security.privileged && !security.capabilities?.add?.length) return;
  err(
    'Warning: Non-root user is configured for the entire target Pod, and some capabilities granted by debug profile may not work. Please consider using "--custom" with a custom profile that specifies "securityContext.runAsUser: 0".\n',
  );
}

/** Letters and digits that make no words, as upstream's generated names have them. */
const letters = 'bcdfghjklmnpqrstvwxz2456789';

function suffix(): string {
  return Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join('');
}
