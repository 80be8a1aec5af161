import { serveHealth, type DaemonContext, type HealthServer } from '@wherry/daemon';
import { parseListen, type DnsFlags } from '../flags.ts';

export interface ServersOptions {
  readonly flags: DnsFlags;
  readonly context: Pick<DaemonContext<object>, 'health' | 'metrics'>;
  readonly isReady: () => boolean;
}

/** CoreDNS' /health and /ready, each on its port, and /metrics on a third; the usual probes are on each of them too. */
export async function serveProbes({ flags, context, isReady }: ServersOptions): Promise<AsyncDisposable> {
  await using servers = new AsyncDisposableStack();
  const { health } = context;
  const serve = async (
    flag: string,
    text: string,
    more: Pick<Parameters<typeof serveHealth>[0], 'handle' | 'metrics'>,
  ): Promise<void> => {
    const listen = parseListen(flag, text);
    if (listen !== undefined) servers.use<HealthServer>(await serveHealth({ ...listen, health, ...more }));
  };
  await serve('--health-bind-address', flags.healthBindAddress, { handle: says('/health', () => true) });
  await serve('--ready-bind-address', flags.readyBindAddress, { handle: says('/ready', isReady) });
  await serve('--metrics-bind-address', flags.metricsBindAddress, { metrics: context.metrics });
  return servers.move();
}

type Handle = NonNullable<Parameters<typeof serveHealth>[0]['handle']>;

/** 200 OK, or 503 and the part that is not ready. */
function says(path: string, isWell: () => boolean): Handle {
  return (request, response) => {
    if (request.url?.split('?', 1)[0] !== path) return Promise.resolve(false);
    const well = isWell();
    response.writeHead(well ? 200 : 503, { 'content-type': 'text/plain; charset=utf-8' });
    response.end(well ? 'OK' : 'kubernetes');
    return Promise.resolve(true);
  };
}
