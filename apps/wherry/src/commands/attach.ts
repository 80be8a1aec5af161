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
    const [pod] = await podsOf(invocation.session, invocation.args);
    if (!pod) throw new CliError('pod not found');
    const { flags } = invocation;
    const container = chooseContainer(pod, flags.container, (text) => (flags.quiet ? undefined : invocation.err(text)));
    const code = await attachTo(invocation, pod, { container, stdin: flags.stdin, tty: flags.tty });
    if (code !== 0) throw new SilentExit(code);
  },
});

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
