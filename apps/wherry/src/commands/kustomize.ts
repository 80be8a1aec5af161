import type { CommandSpec } from '../cli/command.ts';
import { defineCommand } from '../cli/command.ts';
import { CliError } from '../cli/errors.ts';
import { string } from '../cli/flags.ts';

/** `-k`: taken, so that the refusal can say what to do instead. */
export const kustomizeFlag = {
  kustomize: string('Not built in: pipe what `kustomize build DIR` prints into -f -.', '', { short: 'k' }),
};

/** No maintained library reads kustomizations outside of Go, so they are left to the tool itself. */
export function refuseKustomize(directory: string, verb: string): void {
  if (directory === '') return;
  throw new CliError(
    `kustomizations are not built in; build them with kustomize and pipe them in: kustomize build ${directory} | wherry ${verb} -f -`,
  );
}

export const kustomize: CommandSpec = defineCommand({
  name: 'kustomize',
  summary: 'Build a kustomization target from a directory (not built in)',
  usage: 'DIR',
  flags: {},
  run: ({ args }) => {
    const directory = args[0] ?? '.';
    return Promise.reject(
      new CliError(
        `kustomizations are not built in; use kustomize itself: kustomize build ${directory} (and pipe it into wherry apply -f -)`,
      ),
    );
  },
});
