import { defineCommand, type CommandSpec } from '../cli/command.ts';
import { CliError } from '../cli/errors.ts';
import { bool } from '../cli/flags.ts';
import { findPlugins } from '../cli/plugins.ts';

const list = defineCommand({
  name: 'list',
  summary: "List all visible plugin executables on a user's PATH",
  usage: '',
  flags: {
    'name-only': bool('If true, display only the binary name of each plugin, rather than its full path'),
  },
  run: async (invocation) => {
    const { flags, io, commands } = invocation;
    const plugins = await findPlugins(io.env['PATH'] ?? '');
    if (plugins.length === 0) throw new CliError('unable to find any kubectl plugins in your PATH');
    invocation.out('The following compatible plugins are available:\n\n');
    let warnings = 0;
    const seen = new Map<string, string>();
    const builtIn = new Set(commands.map(({ name }) => name));
    const warn = (text: string): void => {
      warnings++;
      invocation.err(`  - warning: ${text}\n`);
    };
    for (const { path, name, executable } of plugins) {
      invocation.out(`${flags['name-only'] ? name : path}\n`);
      const words = name.split('-').slice(1).join(' ');
      if (builtIn.has(words)) warn(`${name} overwrites existing command: "wherry ${words}"`);
      if (!executable) warn(`${path} identified as a kubectl plugin, but it is not executable`);
      const earlier = seen.get(name);
      if (earlier) warn(`${path} is overshadowed by a similarly named plugin: ${earlier}`);
      else seen.set(name, path);
    }
    if (warnings > 0) {
      throw new CliError(warnings === 1 ? 'one plugin warning was found' : `${warnings} plugin warnings were found`);
    }
  },
});

export const plugin: CommandSpec = {
  name: 'plugin',
  summary: 'Provides utilities for interacting with plugins',
  usage: 'SUBCOMMAND',
  description: `Plugins are programs on the PATH whose names begin with wherry- or kubectl-: kubectl-foo-bar is run by
"wherry foo bar". What is on the PATH already serves kubectl as well.`,
  flags: {},
  subcommands: [list],
};
