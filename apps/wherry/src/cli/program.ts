import { Command, Option } from 'commander';
import { Session } from '../connection/session.ts';
import type { CommandEntry, CommandSpec, Invocation } from './command.ts';
import { CliError, UsageError, explainError } from './errors.ts';
import { FlagError, firstOperand, readFlag, splitArguments, type Flags, type NormalizedArguments } from './flags.ts';
import { globalFlags } from './global-flags.ts';
import { commandHelp, flagsHelp, programHelp } from './help.ts';
import type { Io } from './io.ts';

/**
 * Runs one command line and returns the exit code. Only the module of the command that is asked for is loaded.
 * Commander holds the tree and dispatches; the words are split by pflag's rules first.
 */
export async function runProgram(argv: readonly string[], entries: readonly CommandEntry[], io: Io): Promise<number> {
  let path = 'wherry';
  let session: Session | undefined;
  try {
    const at = firstOperand(argv, globalFlags);
    const name = argv[at];
    if (name === undefined || name === 'help') {
      return await printHelp(name === 'help' ? argv.slice(at + 1) : [], entries, io);
    }
    if (name === 'options') {
      io.stdout.write(`The following options can be passed to any command:\n\n${flagsHelp(globalFlags)}`);
      return 0;
    }
    const entry = entries.find((e) => e.name === name);
    if (!entry) {
      return await unknownCommand(argv, name, entries, io);
    }
    const found = descend(await entry.load(), [...argv.slice(0, at), ...argv.slice(at + 1)]);
    path = ['wherry', ...found.path].join(' ');
    if (wantsHelp(found.rest) || !found.spec.run) {
      io.stdout.write(commandHelp(found.spec, path));
      return 0;
    }
    const flags: Flags = { ...globalFlags, ...found.spec.flags };
    const split = splitArguments(found.rest, flags);
    session = new Session(readGlobals(split, flags), io);
    await dispatch(found.spec, found.path, flags, split, { io, session, path, commands: entries });
    return 0;
  } catch (error) {
    const { text, exitCode } = explainError(error instanceof FlagError ? new UsageError(error.message) : error, path);
    if (text) io.stderr.write(text);
    return exitCode;
  } finally {
    await session?.[Symbol.asyncDispose]();
  }
}

/** A plugin, or nothing that is known. */
async function unknownCommand(
  argv: readonly string[],
  name: string,
  entries: readonly CommandEntry[],
  io: Io,
): Promise<number> {
  const [{ runPlugin }, { suggestCommands }] = await Promise.all([import('./plugins.ts'), import('./suggestions.ts')]);
  // What stands before the plugin's name is for us, and a plugin would not know it.
  const code = argv[0] === name ? await runPlugin(argv, io) : undefined;
  if (code !== undefined) return code;
  const near = suggestCommands(
    name,
    entries.map((entry) => entry.name),
  );
  const hint = near.length > 0 ? `\n\nDid you mean this?\n${near.map((n) => `\t${n}`).join('\n')}` : '';
  io.stderr.write(`error: unknown command ${JSON.stringify(name)} for "wherry"${hint}\n`);
  return 1;
}

function readGlobals(split: NormalizedArguments, flags: Flags): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, text] of split.given) {
    const flag = flags[name];
    // `create rolebinding --user` is not the kubeconfig's user.
    if (flag && flag === (globalFlags as Flags)[name]) values[name] = readFlag(name, flag, text, values[name]);
  }
  return values;
}

type Surroundings = Pick<Invocation, 'io' | 'session' | 'path' | 'commands'>;

async function dispatch(
  spec: CommandSpec,
  words: readonly string[],
  flags: Flags,
  split: NormalizedArguments,
  around: Surroundings,
): Promise<void> {
  const program = new Command('wherry').exitOverride();
  let command = program;
  for (const word of words) command = command.command(word);
  const changed = new Set(split.given.map(([name]) => name));
  for (const [name, flag] of Object.entries(flags)) {
    const option = new Option(`--${name} <value>`, flag.help).default(flag.initial);
    option.attributeName = () => name;
    let first = true;
    option.argParser((text, previous) => {
      const value = readFlag(name, flag, text, first ? undefined : previous);
      first = false;
      return value;
    });
    command.addOption(option);
  }
  command.argument('[operands...]').action(async (args: string[], values: Record<string, unknown>) => {
    await spec.run?.({
      flags: values,
      changed: (name) => changed.has(name),
      args,
      argsBeforeDash: split.operandsBeforeDash,
      out: (text) => void around.io.stdout.write(text),
      err: (text) => void around.io.stderr.write(text),
      ...around,
    });
  });
  const normalized = split.given.map(([name, text]) => `--${name}=${text}`);
  await program.parseAsync([...words, ...normalized, '--', ...split.operands], { from: 'user' });
}

/** Follows subcommand names through flags that stand between them. */
function descend(root: CommandSpec, argv: readonly string[]): { spec: CommandSpec; path: string[]; rest: string[] } {
  let spec = root;
  const path = [root.name];
  let rest = [...argv];
  while (spec.subcommands) {
    if (wantsHelp(rest) && firstOperand(rest, globalFlags) === rest.length) break;
    const at = firstOperand(rest, { ...globalFlags, ...spec.flags });
    const name = rest[at];
    const next = spec.subcommands.find((s) => s.name === name || (name !== undefined && s.aliases?.includes(name)));
    if (!next) {
      if (name !== undefined && !spec.run) {
        const words = ['wherry', ...path].join(' ');
        throw new CliError(`unknown command ${JSON.stringify(name)}\nSee '${words} -h' for help and examples`);
      }
      break;
    }
    rest = [...rest.slice(0, at), ...rest.slice(at + 1)];
    spec = next;
    path.push(next.name);
  }
  return { spec, path, rest };
}

function wantsHelp(argv: readonly string[]): boolean {
  const dash = argv.indexOf('--');
  return argv.slice(0, dash < 0 ? undefined : dash).some((word) => word === '--help' || word === '-h');
}

async function printHelp(words: readonly string[], entries: readonly CommandEntry[], io: Io): Promise<number> {
  const entry = entries.find((e) => e.name === words[0]);
  if (!entry) {
    io.stdout.write(programHelp(entries));
    return 0;
  }
  const found = descend(await entry.load(), words.slice(1));
  io.stdout.write(commandHelp(found.spec, ['wherry', ...found.path].join(' ')));
  return 0;
}
