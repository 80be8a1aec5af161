import type { Pod, Service } from '@wherry/api';
import { defineCommand } from '../cli/command.ts';
import { CliError } from '../cli/errors.ts';
import { duration, list } from '../cli/flags.ts';
import { parseAddresses, parsePorts, resolvePorts } from '../port-forward/ports.ts';
import { parseSelection } from '../resources/arguments.ts';
import { podPath, podsOf } from '../resources/pod-of.ts';
import { getObject, requireResource } from '../resources/select.ts';
import type { Unstructured } from '../resources/unstructured.ts';

export const portForward = defineCommand({
  name: 'port-forward',
  summary: 'Forward one or more local ports to a pod',
  usage: 'TYPE/NAME [options] [LOCAL_PORT:]REMOTE_PORT [...[LOCAL_PORT_N:]REMOTE_PORT_N]',
  description:
    'Use resource type/name such as deployment/mydeployment to select a pod; the type is pod if omitted. The session ends when that pod does.',
  examples: `wherry port-forward pod/web 5000 6000
wherry port-forward deployment/web :5000
wherry port-forward --address 0.0.0.0 service/web 8443:https`,
  flags: {
    address: list(
      'Addresses to listen on (comma separated). Only accepts IP addresses or localhost (the default) as a value.',
    ),
    'pod-running-timeout': duration('The length of time to wait until at least one pod is running', 60_000),
  },
  run: async (invocation) => {
    const { args, flags, session, io, out, err, path } = invocation;
    const [target = '', ...words] = args;
    if (words.length === 0) {
      throw new CliError(
        `TYPE/NAME and list of ports are required for port-forward\nSee '${path} -h' for help and examples`,
      );
    }
    const [chosen] = await podsOf(session, [target], flags['pod-running-timeout']);
    if (!chosen) throw new CliError('pod name or resource type/name must be specified');
    const numbered = resolvePorts(words, chosen, await serviceOf(target, session));
    const pod = await session.request<Pod>({ method: 'GET', path: podPath(chosen) });
    const phase = pod.status?.phase;
    if (phase !== 'Running')
      throw new CliError(`unable to forward port because pod is not running. Current status=${phase}`);
    const addresses = parseAddresses(flags.address.length > 0 ? flags.address : ['localhost']);
    const ports = parsePorts(numbered);
    const { forwardPorts } = await import('../port-forward/forwarder.ts');
    const request = { path: podPath(pod, 'portforward'), ports, addresses, signal: io.signal, out, err };
    await forwardPorts(await session.client(), request);
  },
});

/** The Service that TYPE/NAME names: its ports are not the pod's. */
async function serviceOf(target: string, session: Parameters<typeof getObject>[0]): Promise<Service | undefined> {
  const selection = parseSelection([target]);
  const [pair] = selection.kind === 'pairs' ? selection.pairs : [];
  if (!pair) return undefined;
  const resource = requireResource(await session.resources(), pair.type);
  if (resource.plural !== 'services' || resource.group !== '') return undefined;
  const namespace = await session.namespace();
  const object: Unstructured = await getObject(session, { resource, namespace, name: pair.name, source: '' });
  return object as unknown as Service;
}
