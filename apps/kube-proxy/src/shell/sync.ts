import type { Logger } from '@wherry/daemon';
import { IptablesError, type Iptables } from '@wherry/node-iptables';
import type { ProxyConfig } from '../core/config.ts';
import { type ProgrammingLatency, secondsSince } from '../core/programming-latency.ts';
import { healthChecks } from '../core/health-checks.ts';
import type { ServiceView, Surroundings } from '../core/rule-set.ts';
import type { UdpTarget } from '../core/udp-flows.ts';
import type { UdpFlowCleaner } from './conntrack.ts';
import type { HealthCheckServers } from './health-check-servers.ts';
import type { ProxyMetrics } from './metrics.ts';
import { Proxier } from './proxier.ts';

export interface SyncParts {
  readonly iptables: Pick<Iptables, 'save' | 'restore'>;
  readonly views: () => readonly ServiceView[];
  readonly surroundings: () => Surroundings;
  /** Asked at each full sync: addresses of the node may come and go. */
  readonly config: () => ProxyConfig;
  readonly cleaner: Pick<UdpFlowCleaner, 'clean'>;
  readonly healthChecks: Pick<HealthCheckServers, 'update'>;
  readonly metrics: Pick<ProxyMetrics, 'synced' | 'failed'>;
  readonly latency: ProgrammingLatency;
  readonly log: Pick<Logger, 'debug' | 'warn'>;
}

/** Makes the function that the sync loop calls: writes the rules, then ends UDP flows that no longer follow them. */
export function makeSync(parts: SyncParts): (full: boolean) => Promise<void> {
  const { iptables, views, surroundings, metrics, latency, log } = parts;
  let config: ProxyConfig | undefined;
  let proxier: Proxier | undefined;
  const current = (full: boolean): Proxier => {
    if (proxier !== undefined && !full) return proxier;
    const wanted = parts.config();
    if (proxier === undefined || JSON.stringify(wanted) !== JSON.stringify(config))
      proxier = new Proxier(iptables, wanted, views, surroundings);
    config = wanted;
    return proxier;
  };
  const endStaleFlows = cleanFlows(parts.cleaner, log);
  return async (full) => {
    const startMs = performance.now();
    const triggers = latency.take();
    try {
      const result = await current(full).sync(full);
      const seconds = (performance.now() - startMs) / 1000;
      metrics.synced(result, full, seconds, secondsSince(triggers, Date.now()));
      const { chainsWritten, chainsDeleted, jumpsAdded, jumpsDeleted, tables } = result;
      log.debug({ full, seconds, tables, chainsWritten, chainsDeleted, jumpsAdded, jumpsDeleted }, 'synced rules');
      await endStaleFlows(result.udp);
      const { nodeName, nodePortAddresses = ['0.0.0.0'] } = config ?? parts.config();
      await parts.healthChecks.update(healthChecks(views(), nodeName), nodePortAddresses);
    } catch (error) {
      latency.giveBack(triggers);
      if (error instanceof IptablesError) metrics.failed(full);
      throw error;
    }
  };
}

/** The rules stand without it, so its failure is told once, not retried as theirs would be. */
function cleanFlows(
  cleaner: SyncParts['cleaner'],
  log: SyncParts['log'],
): (udp: readonly UdpTarget[]) => Promise<void> {
  let told = false;
  return async (udp) => {
    try {
      const ended = await cleaner.clean(udp);
      if (ended > 0) log.debug({ ended }, 'ended UDP flows to endpoints no longer in use');
    } catch (error) {
      if (!told) log.warn({ err: error }, 'cannot end UDP flows: clients may stay with removed endpoints for a while');
      told = true;
    }
  };
}
