import type { ServerResponse } from 'node:http';
import { serveHealth, type DaemonContext, type HealthServer } from '@wherry/daemon';
import type { Listen } from '../flags.ts';

/** What /healthz says. */
export interface ProxyHealth {
  /** No change has waited too long to be written. */
  readonly healthy: boolean;
  /** New connections may be sent to this node. */
  readonly nodeEligible: boolean;
  readonly sinceSuccessMs: number | undefined;
}

type Context = Pick<DaemonContext<object>, 'health' | 'metrics'>;

/** /healthz for load balancers, /livez for whoever restarts us; both tell as JSON, as upstream's do. */
export function servePublicHealth(listen: Listen, context: Context, health: () => ProxyHealth): Promise<HealthServer> {
  return serveHealth({
    ...listen,
    health: context.health,
    handle: (request, response) => {
      const path = request.url?.split('?', 1)[0];
      if (path !== '/healthz' && path !== '/livez') return Promise.resolve(false);
      const { healthy, nodeEligible, sinceSuccessMs } = health();
      const nowMs = Date.now();
      // While nothing waits to be written the rules are as good as new.
      const updatedMs = healthy || sinceSuccessMs === undefined ? nowMs : nowMs - sinceSuccessMs;
      const isLive = path === '/livez';
      // A node that is being drained must get no new connections, but killing its proxy would cut the old ones.
      const well = healthy && (nodeEligible || isLive);
      sendJson(response, well ? 200 : 503, {
        lastUpdated: new Date(updatedMs).toISOString(),
        currentTime: new Date(nowMs).toISOString(),
        ...(isLive ? {} : { nodeEligible }),
      });
      return Promise.resolve(true);
    },
  });
}

/** /metrics, and which mode we run in. */
export function serveMetrics(listen: Listen, context: Context): Promise<HealthServer> {
  return serveHealth({
    ...listen,
    health: context.health,
    metrics: context.metrics,
    handle: (request, response) => {
      if (request.url !== '/proxyMode') return Promise.resolve(false);
      response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end('iptables');
      return Promise.resolve(true);
    },
  });
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'x-content-type-options': 'nosniff' });
  response.end(JSON.stringify(body));
}
