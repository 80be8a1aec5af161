import { defineCommand } from '../cli/command.ts';
import { CliError } from '../cli/errors.ts';
import { globalFlags } from '../cli/global-flags.ts';
import { bashCompletion, zshCompletion } from '../completion/scripts.ts';

const writers = { bash: bashCompletion, zsh: zshCompletion };

export const completion = defineCommand({
  name: 'completion',
  summary: 'Output shell completion code for the specified shell (bash or zsh)',
  usage: 'SHELL',
  examples: `# For this shell
source <(wherry completion bash)`,
  flags: {},
  run: async ({ args, commands, out }) => {
    const [shell] = args;
    if (shell === undefined)
      throw new CliError("Shell not specified.\nSee 'wherry completion -h' for help and examples");
    if (args.length > 1)
      throw new CliError(
        "Too many arguments. Expected only the shell type.\nSee 'wherry completion -h' for help and examples",
      );
    const write = Object.hasOwn(writers, shell) ? writers[shell as keyof typeof writers] : undefined;
    if (!write)
      throw new CliError(
        `Unsupported shell type ${JSON.stringify(shell)}.\nSee 'wherry completion -h' for help and examples`,
      );
    out(write(await Promise.all(commands.map(async (entry) => await entry.load())), globalFlags));
  },
});
