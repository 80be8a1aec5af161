import type { Pod } from '@wherry/api';
import { defineCommand, type Invocation } from '../cli/command.ts';
import { CliError, SilentExit } from '../cli/errors.ts';
import { bool, duration, string } from '../cli/flags.ts';
import { runRemoteCommand } from '../connection/remote-command.ts';
import { chooseContainer, podPath, podsOf } from '../resources/pod-of.ts';

export const attach = defineCommand({
  name: 'attach',
  summary: 'Attach to a running container',
  usage: '(POD | TYPE/NAME) -c CONTAINER',
  flags: {
    container: string('Container name.', '', { short: 'c' }),
    'pod-running-timeout': duration('The length of time to wait until at least one pod is running', 60_000),
    quiet: bool('Only print output from the remote session', false, { short: 'q' }),
    stdin: bool('Pass stdin to the container', false, { short: 'i' }),
    tty: bool('Stdin is a TTY', false, { short: 't' }),
  },
  run: async (invocation) => {
    const { flags, session, args, io, err } = invocation;
    if (args.length === 0) throw new CliError('at least 1 argument is required for attach');
    if (args.length > 2)
      throw new CliError(
        'expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw ' +
          args.length +
          ': [' +
          args.join(' ') +
          ']',
      );
    const [pod] = await podsOf(session, args, flags['pod-running-timeout']);
    if (!pod) throw new CliError('pod not found');
    const { phase } = pod.status ?? {};
    if (phase === 'Succeeded' || phase === 'Failed')
      throw new CliError(`cannot attach a container in a completed pod; current phase is ${phase}`);
    const container = chooseContainer(pod, flags.container, (text) => (flags.quiet ? undefined : err(text)));
    // Without a terminal in the container there is nothing to resize or to make raw here.
    const hasTty = allContainers(pod).find(({ name }) => name === container)?.tty === true;
    let { tty } = flags;
    if (tty && !hasTty) {
      if (!flags.quiet) err(`error: Unable to use a TTY - container ${container} did not allocate one\n`);
      tty = false;
    }
    if (tty && flags.stdin && !io.stdin.isTTY)
      err('Unable to use a TTY - input is not a terminal or the right kind of file\n');
    if (flags.stdin && !flags.quiet) err(attachNotice);
    const code = await attachTo(invocation, pod, { container, stdin: flags.stdin, tty });
    if (code !== 0) throw new SilentExit(code);
    if (tty && flags.stdin && !flags.quiet) sayHowToResume(invocation, pod, container);
  },
});

function allContainers({ spec }: Pod): readonly { readonly name: string; readonly tty?: boolean | undefined }[] {
  return [...spec.containers, ...(spec.initContainers ?? []), ...(spec.ephemeralContainers ?? [])];
}

function sayHowToResume({ out }: Pick<Invocation, 'out'>, pod: Pod, container: string): void {
  const ephemeral = pod.spec.ephemeralContainers?.some(({ name }) => name === container) === true;
  const again = `'wherry attach ${pod.metadata.name} -c ${container} -i -t' command when the pod is running\n`;
  if (ephemeral)
    out(
      `Session ended, the ephemeral container will not be restarted but may be reattached using ${again.replace('when the pod is running', 'if it is still running')}`,
    );
  else if (pod.spec.restartPolicy === 'Always') out(`Session ended, resume using ${again}`);
}

export const attachNotice =
  "All commands and output from this session will be recorded in container logs, including credentials and sensitive information passed through the command prompt.\nIf you don't see a command prompt, try pressing enter.\n";

export async function attachTo(
  { session, io }: Pick<Invocation, 'session' | 'io'>,
  pod: Pod,
  options: { container: string; stdin: boolean; tty: boolean },
): Promise<number> {
  const tty = options.tty && io.stdin.isTTY === true;
  return await runRemoteCommand(session, io, {
    path: podPath(pod, 'attach'),
    query: {
      container: options.container,
      stdin: options.stdin ? 'true' : undefined,
      stdout: 'true',
      stderr: tty ? undefined : 'true',
      tty: tty ? 'true' : undefined,
    },
    stdin: options.stdin,
    tty,
  });
}
