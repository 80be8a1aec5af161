import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { KubeconfigFile } from '@wherry/client';
import type { Invocation } from '../cli/command.ts';
import { CliError } from '../cli/errors.ts';

export type ConfigInvocation = Pick<Invocation, 'session' | 'io' | 'args' | 'path'>;

/** The files that kubectl would read, in order. */
export async function configPaths({ session, io }: ConfigInvocation): Promise<string[]> {
  const { kubeconfigPaths } = await import('@wherry/client');
  return kubeconfigPaths({ path: session.flags.kubeconfig, env: { ...io.env } });
}

/** What those files say together. */
export async function mergedConfig({ session, io }: ConfigInvocation): Promise<KubeconfigFile> {
  const { mergeKubeconfigs, readKubeconfig } = await import('@wherry/client');
  const named = session.flags.kubeconfig;
  // A file that is yet to be made is an empty one.
  if (named && !existsSync(resolve(io.cwd, named))) return mergeKubeconfigs([]);
  try {
    return readKubeconfig({ path: session.flags.kubeconfig, env: { ...io.env } });
  } catch (error) {
    throw new CliError((error as Error).message);
  }
}

export function oneName({ args, path }: ConfigInvocation, what = 'NAME'): string {
  const [name] = args;
  if (name === undefined || args.length !== 1)
    throw new CliError(`exactly one ${what} is required, got ${args.length}\nSee '${path} -h' for help and examples`);
  return name;
}
