import { parseQuantity } from '@wherry/apimachinery';
import { defineCommand } from '../cli/command.ts';
import { CliError, throwGathered } from '../cli/errors.ts';
import { int, string } from '../cli/flags.ts';
import { apiVersionOf } from '../resources/mapping.ts';
import { getObject } from '../resources/select.ts';
import { builtIn, createGenerated, generatorFlags } from './create/generated.ts';
import { selectedInfos, selectionFlags } from './selection-flags.ts';

const { filename, recursive } = selectionFlags;

export const autoscale = defineCommand({
  name: 'autoscale',
  summary: 'Auto-scale a deployment, replica set, stateful set, or replication controller',
  usage: '(-f FILENAME | TYPE NAME | TYPE/NAME) [--min=MINPODS] --max=MAXPODS [--cpu=CPU] [--memory=MEMORY]',
  examples: `# Between 2 and 10 pods, at 80% of the CPU they ask for
wherry autoscale deployment web --min=2 --max=10 --cpu=80%`,
  flags: {
    ...generatorFlags,
    'field-manager': string('Name of the manager used to track field ownership.', 'kubectl-autoscale'),
    filename,
    recursive,
    cpu: string('Target CPU utilization (e.g. 70%) or quantity (e.g. 500m) over all the pods.'),
    'cpu-percent': int('Deprecated: use --cpu.', -1, { hidden: true }),
    max: int('The upper limit for the number of pods that can be set by the autoscaler. Required.', -1),
    memory: string('Target memory utilization (e.g. 60%) or quantity (e.g. 500Mi) over all the pods.'),
    min: int('The lower limit for the number of pods that can be set by the autoscaler.', -1),
    name: string(
      'The name for the newly created object. If not specified, the name of the input resource will be used.',
    ),
  },
  run: async (invocation) => {
    const { flags, session } = invocation;
    if (invocation.changed('cpu-percent')) {
      invocation.err(
        "Flag --cpu-percent has been deprecated, Use --cpu with percentage or resource quantity format (e.g., '70%' for utilization or '500m' for milliCPU).\n",
      );
    }
    if (!invocation.changed('max')) throw new CliError('required flag(s) "max" not set');
    if (flags.max < 1) throw new CliError(`--max=MAXPODS is required and must be at least 1, max: ${flags.max}`);
    if (flags.max < flags.min) {
      throw new CliError(
        `--max=MAXPODS must be larger or equal to --min=MINPODS, max: ${flags.max}, min: ${flags.min}`,
      );
    }
    if (flags['cpu-percent'] >= 0 && flags.cpu) throw new CliError('--cpu-percent and --cpu are mutually exclusive');
    const cpu = flags.cpu || (flags['cpu-percent'] >= 0 ? `${flags['cpu-percent']}%` : '');
    const metrics = [...metricOf('cpu', cpu), ...metricOf('memory', flags.memory)];
    const errors: unknown[] = [];
    const selection = { ...invocation, flags: { filename: flags.filename, recursive: flags.recursive } };
    const infos = await selectedInfos(selection, invocation.args, 'autoscale');
    for (const info of infos) {
      try {
        await getObject(session, info);
        if (!info.resource.subresources.includes('scale')) {
          throw new CliError(
            `cannot autoscale a ${info.resource.kind}: could not find scale subresource for ${info.resource.group}/${info.resource.version}, Resource=${info.resource.plural} in discovery information`,
          );
        }
        const resource = {
          ...builtIn('autoscaling', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers'),
          version: 'v2',
        };
        await createGenerated(
          invocation,
          resource,
          flags.name || info.name,
          {
            spec: {
              maxReplicas: flags.max,
              ...(metrics.length > 0 ? { metrics } : {}),
              ...(flags.min > 0 ? { minReplicas: flags.min } : {}),
              scaleTargetRef: { apiVersion: apiVersionOf(info.resource), kind: info.resource.kind, name: info.name },
            },
            status: { currentMetrics: null, desiredReplicas: 0 },
          },
          { operation: 'autoscaled', failureSubject: '' },
        );
      } catch (error) {
        errors.push(error);
      }
    }
    throwGathered(errors);
  },
});

function metricOf(name: string, text: string): object[] {
  if (!text) return [];
  const percent = /^(\d+)%$/.exec(text);
  if (percent) return [metric(name, { averageUtilization: Number(percent[1]), type: 'Utilization' })];
  try {
    parseQuantity(text);
  } catch {
    throw new CliError(`invalid resource ${name} value: ${text}`);
  }
  return [metric(name, { averageValue: text, type: 'AverageValue' })];
}

function metric(name: string, target: object): object {
  return { resource: { name, target }, type: 'Resource' };
}
