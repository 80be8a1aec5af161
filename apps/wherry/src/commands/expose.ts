import { defineCommand } from '../cli/command.ts';
import { CliError, throwGathered } from '../cli/errors.ts';
import { string } from '../cli/flags.ts';
import { getObject } from '../resources/select.ts';
import { field, type Unstructured } from '../resources/unstructured.ts';
import { builtIn, createGenerated, generatorFlags } from './create/generated.ts';
import { parseLabelPairs } from './label-pairs.ts';
import { selectedInfos, selectionFlags } from './selection-flags.ts';

const { filename, recursive } = selectionFlags;
const exposeFlags = {
  ...generatorFlags,
  filename,
  recursive,
  'cluster-ip': string(
    "ClusterIP to be assigned to the service. Leave empty to auto-allocate, or set to 'None' to create a headless service.",
  ),
  'external-ip': string('Additional external IP address (not managed by the cluster) to accept for the service.'),
  labels: string('Labels to apply to the service created by this call.', '', { short: 'l' }),
  name: string('The name for the newly created object.'),
  port: string('The port that the service should serve on.'),
  protocol: string('The network protocol for the service to be created.'),
  selector: string('A label selector to use for this service. If empty, it is inferred from the exposed object.'),
  'session-affinity': string(
    "If non-empty, set the session affinity for the service to this; legal values: 'None', 'ClientIP'",
  ),
  'target-port': string('Name or number for the port on the container that the service should direct traffic to.'),
  type: string('Type for this service: ClusterIP, NodePort, LoadBalancer, or ExternalName.'),
};

export const expose = defineCommand({
  name: 'expose',
  summary: 'Take a service, deployment, replica set or pod and expose it as a new Kubernetes service',
  usage: '(-f FILENAME | TYPE NAME) [--port=port] [--target-port=number-or-name] [--name=name] [--type=type]',
  examples: `# A service on port 80 before a deployment that listens on 8080
wherry expose deployment web --port=80 --target-port=8080`,
  flags: exposeFlags,
  run: async (invocation) => {
    const { flags, session, args } = invocation;
    const selectionless = { ...invocation, flags: { filename: flags.filename, recursive: flags.recursive } };
    const errors: unknown[] = [];
    for (const info of await selectedInfos(selectionless, args, 'expose')) {
      try {
        const object = await getObject(session, info);
        const type = flags.type || '';
        const spec: Record<string, unknown> = {
          ...(flags['cluster-ip'] ? { clusterIP: flags['cluster-ip'] } : {}),
          ...(flags['external-ip'] ? { externalIPs: [flags['external-ip']] } : {}),
          ports: portsOf(object, flags),
          selector: selectorFor(object, flags.selector, info.resource.kind),
          ...(flags['session-affinity'] ? { sessionAffinity: flags['session-affinity'] } : {}),
          ...(type ? { type } : {}),
        };
        const labels = flags.labels ? parseLabelPairs(flags.labels.split(',')).set : object.metadata.labels;
        await createGenerated(
          invocation,
          builtIn('', 'Service', 'services'),
          flags.name || info.name,
          { ...(labels ? { metadata: { labels } } : {}), spec, status: { loadBalancer: {} } },
          { operation: 'exposed', failureSubject: '' },
        );
      } catch (error) {
        errors.push(error);
      }
    }
    throwGathered(errors);
  },
});

function selectorFor(object: Unstructured, given: string, kind: string): Record<string, string> {
  if (given) return parseLabelPairs(given.split(',')).set;
  if (kind === 'Pod') {
    const labels = object.metadata.labels;
    if (!labels || Object.keys(labels).length === 0) {
      throw new CliError(
        "couldn't retrieve selectors via --selector flag or introspection: the pod has no labels and cannot be exposed",
      );
    }
    return labels;
  }
  const selector = field(object, 'spec', 'selector') as Record<string, unknown> | undefined;
  if (kind === 'Service' && selector) return selector as Record<string, string>;
  if ((selector?.['matchExpressions'] as unknown[] | undefined)?.length) {
    throw new CliError(
      "couldn't retrieve selectors via --selector flag or introspection: couldn't convert expressions to map-based selector format",
    );
  }
  const labels = selector?.['matchLabels'] as Record<string, string> | undefined;
  if (!labels) throw new CliError(`cannot expose a ${kind}`);
  return labels;
}

interface PortFlags {
  readonly port: string;
  readonly protocol: string;
  readonly 'target-port': string;
}

interface KnownPort {
  readonly port: number;
  readonly protocol: string;
}

function portsOf(object: Unstructured, flags: PortFlags): Record<string, unknown>[] {
  const known = knownPorts(object);
  const numbers = flags.port ? flags.port.split(',').map(readPort) : known.map((p) => p.port);
  if (numbers.length === 0) throw new CliError("couldn't find port via --port flag or introspection");
  const target = flags['target-port'];
  return numbers.map((port, i) => ({
    ...(numbers.length > 1 ? { name: `port-${i + 1}` } : {}),
    port,
    protocol: flags.protocol || known.find((p) => p.port === port)?.protocol || 'TCP',
    targetPort: target === '' ? port : /^\d+$/.test(target) ? Number(target) : target,
  }));
}

function readPort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new CliError(`invalid port number: ${text}`);
  return port;
}

function knownPorts(object: Unstructured): KnownPort[] {
  const servicePorts = field(object, 'spec', 'ports') as { port: number; protocol?: string }[] | undefined;
  if (servicePorts) return servicePorts.map((p) => ({ port: p.port, protocol: p.protocol ?? 'TCP' }));
  const podSpec = field(object, 'spec', 'template', 'spec') ?? object['spec'];
  const containers = (field(podSpec, 'containers') ?? []) as {
    ports?: { containerPort: number; protocol?: string }[];
  }[];
  return containers.flatMap((c) =>
    (c.ports ?? []).map((p) => ({ port: p.containerPort, protocol: p.protocol ?? 'TCP' })),
  );
}
