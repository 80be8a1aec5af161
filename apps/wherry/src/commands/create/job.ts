import { defineCommand } from '../../cli/command.ts';
import { CliError } from '../../cli/errors.ts';
import { string } from '../../cli/flags.ts';
import { findByWord, resourcePath } from '../../resources/mapping.ts';
import { requireResource } from '../../resources/select.ts';
import { field, type Unstructured } from '../../resources/unstructured.ts';
import { builtIn, createGenerated, generatorFlags, requireName, type GeneratorInvocation } from './generated.ts';

const jobs = builtIn('batch', 'Job', 'jobs');

export const createJob = defineCommand({
  name: 'job',
  summary: 'Create a job with the specified name',
  usage: 'NAME --image=image [--from=cronjob/name] -- [COMMAND] [args...]',
  examples: `# Run a command once
wherry create job hello --image=busybox -- echo hello
# Run what a cron job would run, now
wherry create job now --from=cronjob/nightly`,
  flags: {
    ...generatorFlags,
    from: string('The name of the resource to create a Job from (only cronjob is supported).'),
    image: string('Image name to run.'),
  },
  run: async (invocation) => {
    const { flags } = invocation;
    const { name, command } = nameAndCommand(invocation);
    if ((flags.image === '') === (flags.from === '')) throw new CliError('either --image or --from must be specified');
    if (flags.from && command.length > 0) throw new CliError('cannot specify --from and command');
    const body = flags.from
      ? await jobOfCronJob(invocation, flags.from)
      : { spec: jobSpec(name, flags.image, command, 'Never'), status: {} };
    await createGenerated(invocation, jobs, name, body);
  },
});

export const createCronJob = defineCommand({
  name: 'cronjob',
  aliases: ['cj'],
  summary: 'Create a cron job with the specified name',
  usage: "NAME --image=image --schedule='0/5 * * * ?' -- [COMMAND] [args...]",
  examples: `# Run a command every five minutes
wherry create cronjob tick --image=busybox --schedule="*/5 * * * *" -- date`,
  flags: {
    ...generatorFlags,
    image: string('Image name to run.'),
    restart: string("job's restart policy. supported values: OnFailure, Never"),
    schedule: string('A schedule in the Cron format the job should be run with.'),
  },
  run: async (invocation) => {
    const { flags } = invocation;
    const missing = (['image', 'schedule'] as const).filter((flag) => !invocation.changed(flag));
    if (missing.length > 0) {
      throw new CliError(`required flag(s) ${missing.map((flag) => JSON.stringify(flag)).join(', ')} not set`);
    }
    const { name, command } = nameAndCommand(invocation);
    const restart = flags.restart || 'OnFailure';
    await createGenerated(invocation, builtIn('batch', 'CronJob', 'cronjobs'), name, {
      spec: {
        jobTemplate: { metadata: { name }, spec: jobSpec(name, flags.image, command, restart) },
        schedule: flags.schedule,
      },
      status: {},
    });
  },
});

function nameAndCommand({
  args,
  argsBeforeDash,
  path,
}: Pick<GeneratorInvocation, 'args' | 'path'> & { readonly argsBeforeDash: number }): {
  name: string;
  command: readonly string[];
} {
  // Without two dashes kubectl takes the words after the name for the command as well.
  const before = argsBeforeDash < 0 ? args.slice(0, 1) : args.slice(0, argsBeforeDash);
  return { name: requireName({ path, args: before }), command: args.slice(before.length) };
}

function jobSpec(name: string, image: string, command: readonly string[], restartPolicy: string): object {
  const container = { ...(command.length > 0 ? { command } : {}), image, name, resources: {} };
  return { template: { metadata: {}, spec: { containers: [container], restartPolicy } } };
}

async function jobOfCronJob(
  { session }: Pick<GeneratorInvocation, 'session'>,
  from: string,
): Promise<Record<string, unknown>> {
  const resources = await session.resources();
  const [type = '', name = ''] = from.includes('/') ? from.split('/') : ['', from];
  const resource = from.includes('/') ? requireResource(resources, type) : findByWord(resources, 'cronjobs.batch');
  if (!resource || resource.kind !== 'CronJob') {
    if (resource)
      await session.request({ method: 'GET', path: resourcePath(resource, await session.namespace(), name) });
    throw new CliError('unknown object type: must be cronjob');
  }
  const path = resourcePath(resource, await session.namespace(), name);
  const cronJob = await session.request<Unstructured>({ method: 'GET', path });
  const template = field(cronJob, 'spec', 'jobTemplate') as { metadata?: Unstructured['metadata']; spec: object };
  return {
    metadata: {
      annotations: { ...template.metadata?.annotations, 'cronjob.kubernetes.io/instantiate': 'manual' },
      ...(template.metadata?.labels ? { labels: template.metadata.labels } : {}),
      ownerReferences: [
        {
          apiVersion: 'batch/v1',
          kind: cronJob.kind,
          name: cronJob.metadata.name ?? '',
          uid: cronJob.metadata.uid ?? '',
          controller: true,
        },
      ],
    },
    spec: template.spec,
    status: {},
  };
}
