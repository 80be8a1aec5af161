import { defineCommand } from '../cli/command.ts';
import { CliError, throwGathered } from '../cli/errors.ts';
import { int, string } from '../cli/flags.ts';
import { resourcePath } from '../resources/mapping.ts';
import { getObject } from '../resources/select.ts';
import { field } from '../resources/unstructured.ts';
import { Outcome, dryRunFlag, outputFlags, readDryRun, writeQuery } from './outcome.ts';
import { selectedInfos, selectionFlags } from './selection-flags.ts';

export const scale = defineCommand({
  name: 'scale',
  summary: 'Set a new size for a deployment, replica set, or replication controller',
  usage: '[--current-replicas=count] --replicas=COUNT (-f FILENAME | TYPE NAME)',
  examples: `# Run 3 replicas
wherry scale --replicas=3 deployment/web
# Only if there are 2 now
wherry scale --current-replicas=2 --replicas=3 deployment/web`,
  flags: {
    ...outputFlags,
    ...dryRunFlag,
    ...selectionFlags,
    'current-replicas': int(
      'Precondition for current size. Requires that the current size match this value to scale.',
      -1,
    ),
    replicas: int('The new desired number of replicas. Required.', -1),
    'resource-version': string('Precondition for resource version.'),
  },
  run: async (invocation) => {
    const { flags, session, args } = invocation;
    if (!invocation.changed('replicas')) throw new CliError('required flag(s) "replicas" not set');
    if (flags.replicas < 0)
      throw new CliError('The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0');
    const dryRun = readDryRun(flags['dry-run']);
    const outcome = await Outcome.of(invocation, dryRun);
    const infos = await selectedInfos(invocation, args, 'scale');
    if (infos.length === 0) throw new CliError('no objects passed to scale');
    const errors: unknown[] = [];
    for (const info of infos) {
      try {
        const path = resourcePath(info.resource, info.namespace, info.name, 'scale');
        const wanted = flags['current-replicas'];
        const version = flags['resource-version'];
        let resourceVersion: string | undefined;
        if (wanted >= 0 || version) {
          const now = await getObject(session, info, 'scale');
          const replicas = Number(field(now, 'spec', 'replicas') ?? 0);
          if (wanted >= 0 && replicas !== wanted) {
            throw new CliError(`Expected replicas to be ${wanted}, was ${replicas}`);
          }
          if (version && now.metadata.resourceVersion !== version) {
            throw new CliError(`Expected resource version to be ${version}, was ${now.metadata.resourceVersion}`);
          }
          resourceVersion = now.metadata.resourceVersion;
        }
        if (dryRun !== 'client') {
          await session.request({
            method: 'PATCH',
            path,
            query: writeQuery(dryRun, 'kubectl-scale'),
            contentType: 'application/merge-patch+json',
            body: { ...(resourceVersion ? { metadata: { resourceVersion } } : {}), spec: { replicas: flags.replicas } },
          });
        }
        outcome.say(info.resource, await getObject(session, info), 'scaled');
      } catch (error) {
        errors.push(error);
      }
    }
    throwGathered(errors);
  },
});
