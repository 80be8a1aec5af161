import type { CommandSpec } from '../../cli/command.ts';
import { defineCommand } from '../../cli/command.ts';
import { CliError, throwGathered, withSource } from '../../cli/errors.ts';
import { bool, list, string } from '../../cli/flags.ts';
import { resourcePath } from '../../resources/mapping.ts';
import { choose } from '../../resources/select.ts';
import { withLastApplied } from '../../resources/last-applied.ts';
import type { Unstructured } from '../../resources/unstructured.ts';
import { kustomizeFlag, refuseKustomize } from '../kustomize.ts';
import { Outcome, dryRunFlag, outputFlags, readDryRun, validateFlag, writeQuery } from '../outcome.ts';
import { createClusterRoleBinding, createRoleBinding } from './bindings.ts';
import { createClusterRole } from './cluster-role.ts';
import { createConfigMap } from './config-map.ts';
import { createDeployment } from './deployment.ts';
import { createPodDisruptionBudget } from './disruption-budget.ts';
import { createIngress } from './ingress.ts';
import { createCronJob, createJob } from './job.ts';
import { createNamespace, createServiceAccount } from './plain.ts';
import { createPriorityClass } from './priority-class.ts';
import { createQuota } from './quota.ts';
import { createRole } from './role.ts';
import { createSecret } from './secret.ts';
import { createService } from './service.ts';
import { createToken } from './token.ts';

const flags = {
  ...outputFlags,
  ...dryRunFlag,
  ...validateFlag,
  ...kustomizeFlag,
  filename: list('Filename, directory, or - to use to create the resource', { short: 'f' }),
  recursive: bool('Process the directory used in -f, --filename recursively.', false, { short: 'R' }),
  raw: string('Raw URI to POST to the server. Uses the transport specified by the kubeconfig file.'),
  'save-config': bool('If true, the configuration of current object will be saved in its annotation.'),
};

const fromFiles = defineCommand({
  name: 'create',
  summary: 'Create a resource from a file or from stdin',
  usage: '-f FILENAME',
  flags,
  run: async (invocation) => {
    const { session, io, args } = invocation;
    refuseKustomize(invocation.flags.kustomize, 'create');
    if (invocation.flags.filename.length === 0) {
      if (args.length > 0)
        throw new CliError(`Unexpected args: [${args.join(' ')}]\nSee 'wherry create -h' for help and examples`);
      throw new CliError('must specify one of -f and -k');
    }
    if (invocation.flags.raw) {
      const { sendRaw } = await import('../raw.ts');
      return await sendRaw(invocation, 'POST', invocation.flags.raw, invocation.flags.filename);
    }
    const dryRun = readDryRun(invocation.flags['dry-run']);
    const outcome = await Outcome.of(invocation, dryRun);
    const { filename, recursive } = invocation.flags;
    const chosen = await choose(session, io, { args, filenames: filename, recursive, verb: 'create' });
    const errors: unknown[] = [];
    for (const info of chosen.kind === 'objects' ? chosen.infos : []) {
      if (!info.object) continue;
      const body = invocation.flags['save-config'] ? withLastApplied(info.object) : info.object;
      try {
        const created =
          dryRun === 'client'
            ? body
            : await session.request<Unstructured>({
                method: 'POST',
                path: resourcePath(info.resource, info.namespace),
                query: writeQuery(dryRun, 'kubectl-create', invocation.flags.validate),
                body,
              });
        outcome.say(info.resource, created, 'created');
      } catch (error) {
        errors.push(withSource(error, 'creating', info.source));
      }
    }
    throwGathered(errors);
  },
});

export const create: CommandSpec = {
  ...fromFiles,
  subcommands: [
    createClusterRole,
    createClusterRoleBinding,
    createConfigMap,
    createCronJob,
    createDeployment,
    createIngress,
    createJob,
    createNamespace,
    createPodDisruptionBudget,
    createPriorityClass,
    createQuota,
    createRole,
    createRoleBinding,
    createSecret,
    createService,
    createServiceAccount,
    createToken,
  ],
};
