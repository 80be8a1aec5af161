import type { Session } from '../connection/session.ts';
import type { Flags, FlagValues } from './flags.ts';
import type { Io } from './io.ts';

/** What a command is given: its flags by name, its operands, and the way to the cluster. */
export interface Invocation<F extends Flags = Flags> {
  readonly flags: FlagValues<F>;
  /** Whether the flag stood on the command line, even with its initial value. */
  changed(name: keyof F & string): boolean;
  readonly args: readonly string[];
  /** How many of `args` stood before `--`; -1 without one. */
  readonly argsBeforeDash: number;
  /** The words that lead here, such as `wherry rollout status`. */
  readonly path: string;
  readonly io: Io;
  readonly session: Session;
  out(text: string): void;
  err(text: string): void;
  /** The whole command tree, for completion and help. */
  readonly commands: readonly CommandEntry[];
}

export interface CommandSpec {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly summary: string;
  /** What follows `wherry NAME` in the usage line. */
  readonly usage: string;
  readonly description?: string;
  readonly examples?: string;
  readonly flags: Flags;
  readonly run?: (invocation: Invocation) => Promise<void>;
  readonly subcommands?: readonly CommandSpec[];
}

/** One line of the command list: enough for the help of the whole program; the rest is loaded when it is asked for. */
export interface CommandEntry {
  readonly name: string;
  readonly group: string;
  readonly summary: string;
  load(): Promise<CommandSpec>;
}

interface TypedCommand<F extends Flags> extends Omit<CommandSpec, 'flags' | 'run'> {
  readonly flags: F;
  readonly run: (invocation: Invocation<F>) => Promise<void>;
}

/** Ties the static type of the flags to the function that reads them. */
export function defineCommand<F extends Flags>(spec: TypedCommand<F>): CommandSpec {
  return { ...spec, run: (invocation) => spec.run(invocation as unknown as Invocation<F>) };
}
