import type { Service } from '@wherry/api';

/** The variables of services, in the style of Docker links: for default/kubernetes always, for the namespace's if linked. */
export function serviceEnv(services: readonly Service[], namespace: string, links: boolean): Map<string, string> {
  const env = new Map<string, string>();
  const relevant = services.filter((service) => {
    const isMaster = service.metadata.namespace === 'default' && service.metadata.name === 'kubernetes';
    return isMaster || (links && service.metadata.namespace === namespace);
  });
  // The namespace's own service named kubernetes wins over the cluster's, so it comes last.
  relevant.sort((a, b) => Number(a.metadata.namespace === namespace) - Number(b.metadata.namespace === namespace));
  for (const service of relevant) addService(env, service);
  return env;
}

function addService(env: Map<string, string>, service: Service): void {
  const host = service.spec?.clusterIP;
  const ports = service.spec?.ports ?? [];
  const first = ports[0];
  if (host === undefined || host === '' || host === 'None' || first === undefined) return;
  const prefix = envName(service.metadata.name);
  env.set(`${prefix}_SERVICE_HOST`, host);
  env.set(`${prefix}_SERVICE_PORT`, String(first.port));
  for (const port of ports) {
    if (port.name) env.set(`${prefix}_SERVICE_PORT_${envName(port.name)}`, String(port.port));
  }
  for (const [index, port] of ports.entries()) {
    const protocol = port.protocol ?? 'TCP';
    const url = `${protocol.toLowerCase()}://${host}:${port.port}`;
    const link = `${prefix}_PORT_${port.port}_${protocol.toUpperCase()}`;
    if (index === 0) env.set(`${prefix}_PORT`, url);
    env.set(link, url);
    env.set(`${link}_PROTO`, protocol.toLowerCase());
    env.set(`${link}_PORT`, String(port.port));
    env.set(`${link}_ADDR`, host);
  }
}

function envName(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}
