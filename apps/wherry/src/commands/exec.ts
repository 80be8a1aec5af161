import { defineCommand } from '../cli/command.ts';
import { CliError, SilentExit } from '../cli/errors.ts';
import { bool, duration, string } from '../cli/flags.ts';
import { runRemoteCommand } from '../connection/remote-command.ts';
import { chooseContainer, podPath, podsOf } from '../resources/pod-of.ts';

export const exec = defineCommand({
  name: 'exec',
  summary: 'Execute a command in a container',
  usage: '(POD | TYPE/NAME) [-c CONTAINER] [flags] -- COMMAND [args...]',
  examples: `# Print the date as the container sees it
wherry exec web -- date
# A shell
wherry exec -it deployment/web -- sh`,
  flags: {
    container: string('Container name. If omitted, the default container or the first one is used.', '', {
      short: 'c',
    }),
    'pod-running-timeout': duration('The length of time to wait until at least one pod is running', 60_000),
    quiet: bool('Only print output from the remote session', false, { short: 'q' }),
    stdin: bool('Pass stdin to the container', false, { short: 'i' }),
    tty: bool('Stdin is a TTY', false, { short: 't' }),
  },
  run: async (invocation) => {
    const { args, argsBeforeDash, flags, session, io } = invocation;
    if (args.length === 0) throw new CliError('pod, type/name or --filename must be specified');
    const words = argsBeforeDash < 0 ? [] : args.slice(argsBeforeDash);
    if (argsBeforeDash < 0 && args.length > 1) {
      throw new CliError(
        "exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\nSee 'wherry exec -h' for help and examples",
      );
    }
    if (words.length === 0) throw new CliError('you must specify at least one command for the container');
    const [pod] = await podsOf(session, args.slice(0, argsBeforeDash), flags['pod-running-timeout']);
    if (!pod) throw new CliError('pod not found');
    const { phase } = pod.status ?? {};
    if (phase === 'Succeeded' || phase === 'Failed') {
      throw new CliError(`cannot exec into a container in a completed pod; current phase is ${phase}`);
    }
    const container = chooseContainer(pod, flags.container, (text) => (flags.quiet ? undefined : invocation.err(text)));
    let { tty } = flags;
    if (tty && (!flags.stdin || !io.stdin.isTTY)) {
      if (flags.stdin) invocation.err('Unable to use a TTY - input is not a terminal or the right kind of file\n');
      tty = false;
    }
    const code = await runRemoteCommand(session, io, {
      path: podPath(pod, 'exec'),
      query: {
        container,
        command: [...words],
        stdin: flags.stdin ? 'true' : undefined,
        stdout: 'true',
        stderr: tty ? undefined : 'true',
        tty: tty ? 'true' : undefined,
      },
      stdin: flags.stdin,
      tty,
    });
    if (code !== 0) {
      invocation.err(`command terminated with exit code ${code}\n`);
      throw new SilentExit(code);
    }
  },
});
