import type { CommandEntry, CommandSpec } from './command.ts';
import type { Flag, Flags } from './flags.ts';

export function programHelp(entries: readonly CommandEntry[]): string {
  const groups = [...new Set(entries.map((e) => e.group))];
  const width = Math.max(...entries.map((e) => e.name.length)) + 3;
  const sections = groups.map((group) => {
    const lines = entries.filter((e) => e.group === group).map((e) => `  ${e.name.padEnd(width)}${e.summary}`);
    return `${group}:\n${lines.join('\n')}\n`;
  });
  return [
    'wherry runs a small Kubernetes and speaks to any.\n',
    ...sections,
    'Usage:\n  wherry [flags] [options]\n',
    'Use "wherry <command> --help" for more information about a given command.',
    'Use "wherry options" for a list of global command-line options (applies to all commands).\n',
  ].join('\n');
}

export function commandHelp(spec: CommandSpec, path: string): string {
  const parts = [`${spec.description ?? spec.summary}\n`];
  if (spec.aliases?.length) parts.push(`Aliases:\n${[spec.name, ...spec.aliases].join(', ')}\n`);
  if (spec.examples) parts.push(`Examples:\n${indent(spec.examples.trim())}\n`);
  if (spec.subcommands?.length) {
    const width = Math.max(...spec.subcommands.map((s) => s.name.length)) + 3;
    parts.push(
      `Available Commands:\n${spec.subcommands.map((s) => `  ${s.name.padEnd(width)}${s.summary}`).join('\n')}\n`,
    );
  }
  const flags = flagsHelp(spec.flags);
  if (flags) parts.push(`Options:\n${flags}`);
  parts.push(`Usage:\n  ${path} ${spec.subcommands ? 'SUBCOMMAND' : spec.usage} [options]\n`);
  if (spec.subcommands) parts.push(`Use "${path} <command> --help" for more information about a given command.`);
  parts.push('Use "wherry options" for a list of global command-line options (applies to all commands).\n');
  return parts.join('\n');
}

/** kubectl's layout of a list of flags. */
export function flagsHelp(flags: Flags): string {
  return Object.entries(flags)
    .filter(([, flag]) => !flag.hidden)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, flag]) => {
      const short = flag.short ? `-${flag.short}, ` : '';
      return `    ${short}--${name}=${initialText(flag)}:\n\t${flag.help}\n`;
    })
    .join('\n');
}

function initialText(flag: Flag<unknown>): string {
  if (flag.kind === 'string') return `'${String(flag.initial)}'`;
  if (flag.kind === 'list' || flag.kind === 'array') return '[]';
  if (flag.kind === 'duration') return `${Number(flag.initial) / 1000}s`;
  return String(flag.initial);
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}
