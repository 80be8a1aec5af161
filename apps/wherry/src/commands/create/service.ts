import type { CommandSpec } from '../../cli/command.ts';
import { defineCommand } from '../../cli/command.ts';
import { CliError } from '../../cli/errors.ts';
import { int, list, string } from '../../cli/flags.ts';
import { builtIn, createGenerated, generatorFlags, requireName, type GeneratorInvocation } from './generated.ts';

const services = builtIn('', 'Service', 'services');
const tcp = { tcp: list('Port pairs can be specified as <port>:<targetPort>.') };

async function createOf(
  invocation: GeneratorInvocation,
  type: string,
  ports: readonly Record<string, unknown>[],
  more: Record<string, unknown> = {},
): Promise<void> {
  const name = requireName(invocation);
  await createGenerated(
    invocation,
    services,
    name,
    {
      metadata: { labels: { app: name } },
      spec: { ...more, ...(ports.length > 0 ? { ports } : {}), selector: { app: name }, type },
      status: { loadBalancer: {} },
    },
    { failureSubject: `${type} service:` },
  );
}

/** Reads `80:8080`, `80:http` and `80`. */
function readPorts(pairs: readonly string[], nodePort = 0): Record<string, unknown>[] {
  return pairs.map((pair) => {
    const [first = '', second = first, ...more] = pair.split(':');
    const port = Number(first);
    if (!/^\d+$/.test(first)) {
      throw new CliError(`strconv.ParseUint: parsing ${JSON.stringify(first)}: invalid syntax`);
    }
    if (more.length > 0 || !Number.isInteger(port) || port < 1 || port > 65535) {
      throw new CliError(
        `invalid port ${JSON.stringify(pair)}: must be PORT or PORT:TARGETPORT, each between 1 and 65535`,
      );
    }
    return {
      name: pair.replace(':', '-'),
      ...(nodePort > 0 ? { nodePort } : {}),
      port,
      protocol: 'TCP',
      targetPort: /^\d+$/.test(second) ? Number(second) : second,
    };
  });
}

function requirePorts(pairs: readonly string[]): void {
  if (pairs.length === 0) throw new CliError('at least one tcp port specifier must be provided');
}

const clusterIp = defineCommand({
  name: 'clusterip',
  summary: 'Create a ClusterIP service',
  usage: 'NAME [--tcp=<port>:<targetPort>]',
  flags: {
    ...generatorFlags,
    ...tcp,
    clusterip: string("Assign your own ClusterIP or set to 'None' for a 'headless' service (no loadbalancing)."),
  },
  run: async (invocation) => {
    const { clusterip, tcp: pairs } = invocation.flags;
    if (clusterip !== 'None') requirePorts(pairs);
    const more = clusterip ? { clusterIP: clusterip } : {};
    await createOf(invocation, 'ClusterIP', readPorts(pairs), more);
  },
});

const nodePort = defineCommand({
  name: 'nodeport',
  summary: 'Create a NodePort service',
  usage: 'NAME [--tcp=port:targetPort]',
  flags: {
    ...generatorFlags,
    ...tcp,
    'node-port': int('Port used to expose the service on each node in a cluster.', 0),
  },
  run: async (invocation) => {
    const { tcp: pairs } = invocation.flags;
    requirePorts(pairs);
    const ports = readPorts(pairs, invocation.flags['node-port']);
    await createOf(invocation, 'NodePort', ports);
  },
});

const loadBalancer = defineCommand({
  name: 'loadbalancer',
  summary: 'Create a LoadBalancer service',
  usage: 'NAME [--tcp=port:targetPort]',
  flags: { ...generatorFlags, ...tcp },
  run: async (invocation) => {
    requirePorts(invocation.flags.tcp);
    await createOf(invocation, 'LoadBalancer', readPorts(invocation.flags.tcp));
  },
});

const externalName = defineCommand({
  name: 'externalname',
  summary: 'Create an ExternalName service',
  usage: 'NAME --external-name external.name [--tcp=port:targetPort]',
  flags: { ...generatorFlags, ...tcp, 'external-name': string('External name of service') },
  run: async (invocation) => {
    const externalName = invocation.flags['external-name'];
    if (!externalName) throw new CliError('required flag(s) "external-name" not set');
    const ports = readPorts(invocation.flags.tcp);
    await createOf(invocation, 'ExternalName', ports, { externalName });
  },
});

export const createService: CommandSpec = {
  name: 'service',
  aliases: ['svc'],
  summary: 'Create a service using a specified subcommand',
  usage: '(clusterip | nodeport | loadbalancer | externalname)',
  flags: {},
  subcommands: [clusterIp, nodePort, loadBalancer, externalName],
};
