import { defineCommand } from '../cli/command.ts';
import { listAll, requireResource } from '../resources/select.ts';
import { field } from '../resources/unstructured.ts';

export const clusterInfo = defineCommand({
  name: 'cluster-info',
  summary: 'Display cluster information',
  usage: '',
  flags: {},
  run: async ({ session, io, out }) => {
    const { config } = await session.settings();
    const [server = ''] = config.servers;
    const color = (code: number, text: string): string => (io.stdout.isTTY ? `\x1b[0;${code}m${text}\x1b[0m` : text);
    const services = requireResource(await session.resources(), 'services');
    const found = await listAll(session, services, {
      namespace: 'kube-system',
      selector: 'kubernetes.io/cluster-service=true',
    });
    out(`${color(32, 'Kubernetes control plane')} is running at ${color(33, server)}\n`);
    for (const service of found) {
      const { name = '', namespace = '', labels = {} } = service.metadata;
      const ports = field(service, 'spec', 'ports') as { name?: string; port: number }[] | undefined;
      const port = ports?.[0]?.name ? `:${ports[0].name}` : '';
      const url = `${server}/api/v1/namespaces/${namespace}/services/${name}${port}/proxy`;
      out(`${color(32, labels['kubernetes.io/name'] ?? name)} is running at ${color(33, url)}\n`);
    }
    out("\nTo look further into the cluster, use 'wherry get pods -A' and 'wherry events -A'.\n");
  },
});
