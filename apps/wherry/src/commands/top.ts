import { defineCommand, type CommandSpec, type Invocation } from '../cli/command.ts';
import { CliError } from '../cli/errors.ts';
import { bool, string } from '../cli/flags.ts';
import { layOut, tableLayout } from '../printing/tab-writer.ts';
import { listQuery } from '../resources/select.ts';
import { podLines, nodeLines, type Metrics, type NodeSize } from './top-lines.ts';

const commonFlags = {
  'no-headers': bool('If present, print output without headers.'),
  selector: string("Selector (label query) to filter on, supports '=', '==', '!=', 'in', 'notin'.", '', { short: 'l' }),
  'sort-by': string("If non-empty, sort the list using this field: 'cpu' or 'memory'."),
  'use-protocol-buffers': bool('Accepted for compatibility.', true, { hidden: true }),
};
type Common = Pick<Invocation, 'session' | 'args'> & { readonly flags: { readonly selector: string } };

async function readMetrics(invocation: Common, path: (base: string) => string, selector: string): Promise<Metrics[]> {
  const { session, args } = invocation;
  const resources = await session.resources();
  const known = resources.find((r) => r.group === 'metrics.k8s.io');
  if (!known) throw new CliError('Metrics API not available');
  const [name] = args;
  if (name !== undefined && selector) throw new CliError('only one of NAME or --selector can be provided');
  const base = path(`/apis/metrics.k8s.io/${known.version}`);
  if (name !== undefined) return [await session.request<Metrics>({ method: 'GET', path: `${base}/${name}` })];
  const query = listQuery({ namespace: undefined, selector });
  return (await session.request<{ items?: Metrics[] }>({ method: 'GET', path: base, query })).items ?? [];
}

function checkSort(by: string): void {
  if (by !== '' && by !== 'cpu' && by !== 'memory') {
    throw new CliError('--sort-by accepts only cpu or memory');
  }
}

function requireOneName({ args, path }: Pick<Invocation, 'args' | 'path'>): void {
  if (args.length > 1)
    throw new CliError(`unexpected arguments: [${args.slice(1).join(' ')}]\nSee '${path} -h' for help and examples`);
}

const node = defineCommand({
  name: 'node',
  aliases: ['nodes', 'no'],
  summary: 'Display resource (CPU/memory) usage of nodes',
  usage: '[NAME | -l label]',
  flags: {
    ...commonFlags,
    'show-capacity': bool('Print node resources based on Capacity instead of Allocatable of the nodes.'),
  },
  run: async (invocation) => {
    const { flags, session } = invocation;
    requireOneName(invocation);
    checkSort(flags['sort-by']);
    const metrics = await readMetrics(invocation, (base) => `${base}/nodes`, flags.selector);
    if (metrics.length === 0) throw new CliError('metrics not available yet');
    const query = listQuery({ namespace: undefined, selector: flags.selector });
    const nodes = await session.request<{ items?: NodeSize[] }>({ method: 'GET', path: '/api/v1/nodes', query });
    const lines = nodeLines(metrics, nodes.items ?? [], {
      sortBy: flags['sort-by'],
      from: flags['show-capacity'] ? 'capacity' : 'allocatable',
      headers: !flags['no-headers'],
    });
    invocation.out(`${layOut(lines.join('\n'), tableLayout)}\n`);
  },
});

const pod = defineCommand({
  name: 'pod',
  aliases: ['pods', 'po'],
  summary: 'Display resource (CPU/memory) usage of pods',
  usage: '[NAME | -l label]',
  flags: {
    ...commonFlags,
    'all-namespaces': bool('If present, list the requested object(s) across all namespaces.', false, { short: 'A' }),
    containers: bool('If present, print usage of containers within a pod.'),
    'field-selector': string("Selector (field query) to filter on, supports '=', '==', and '!='."),
    sum: bool('Print the sum of the resource usage'),
  },
  run: async (invocation) => {
    const { flags, session } = invocation;
    requireOneName(invocation);
    checkSort(flags['sort-by']);
    const everywhere = flags['all-namespaces'];
    const namespace = await session.namespace();
    const scope = everywhere ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
    const metrics = await readMetrics(invocation, (base) => `${base}${scope}/pods`, flags.selector);
    if (metrics.length === 0) {
      invocation.err(everywhere ? 'No resources found\n' : `No resources found in ${namespace} namespace.\n`);
      return;
    }
    const lines = podLines(metrics, {
      sortBy: flags['sort-by'],
      containers: flags.containers,
      namespaces: everywhere,
      sum: flags.sum,
      headers: !flags['no-headers'],
    });
    invocation.out(`${layOut(lines.join('\n'), tableLayout)}\n`);
  },
});

export const top: CommandSpec = {
  name: 'top',
  summary: 'Display resource (CPU/memory) usage',
  usage: 'SUBCOMMAND',
  description: 'Display resource (CPU/memory) usage, as a metrics server (the API group metrics.k8s.io) reports it.',
  flags: {},
  subcommands: [node, pod],
};
