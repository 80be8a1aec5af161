import { defineCommand } from '../../cli/command.ts';
import { CliError } from '../../cli/errors.ts';
import { string } from '../../cli/flags.ts';
import { readResourceList } from '../create/quota.ts';
import { applyChange, objectsToSet, setFlags } from './changes.ts';
import { matchingContainers, podSpecOf } from './pod-spec.ts';

export const setResources = defineCommand({
  name: 'resources',
  summary: 'Update resource requests/limits on objects with pod templates',
  usage: '(-f FILENAME | TYPE NAME)  ([--limits=LIMITS & --requests=REQUESTS]',
  examples: `# Limit every container of a deployment
wherry set resources deployment web --limits=cpu=200m,memory=512Mi`,
  flags: {
    ...setFlags,
    containers: string('The names of containers in the selected pod templates to change, may use wildcards.', '*', {
      short: 'c',
    }),
    limits: string('The resource requirement limits for this container, such as cpu=100m,memory=256Mi.'),
    requests: string('The resource requirement requests for this container, such as cpu=100m,memory=256Mi.'),
  },
  run: async (invocation) => {
    const { flags, args } = invocation;
    if (flags.all && flags.selector) throw new CliError('cannot set --all and --selector at the same time');
    if (!flags.limits && !flags.requests) {
      throw new CliError('you must specify an update to requests or limits (in the form of --requests/--limits)');
    }
    const limits = flags.limits ? readResourceList(flags.limits) : undefined;
    const requests = flags.requests ? readResourceList(flags.requests) : undefined;
    await applyChange(invocation, await objectsToSet(invocation, args), {
      what: 'resources update to pod template',
      done: 'resource requirements updated',
      mutate: (object) => {
        const spec = podSpecOf(object);
        const containers = matchingContainers(spec.containers ?? [], flags.containers);
        const init = matchingContainers(spec.initContainers ?? [], flags.containers);
        if (containers.length + init.length === 0) {
          throw new CliError(`unable to find container named ${flags.containers}`);
        }
        for (const container of [...containers, ...init]) {
          container.resources ??= {};
          if (limits) container.resources.limits = { ...container.resources.limits, ...limits };
          if (requests) container.resources.requests = { ...container.resources.requests, ...requests };
        }
      },
    });
  },
});
