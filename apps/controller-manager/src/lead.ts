import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { LeaderElector, type RestClient } from '@wherry/client';
import type { DaemonContext } from '@wherry/daemon';
import { leaderMetric } from '@wherry/daemon/metrics';
import type { flags as table } from './options.ts';

/**
 * Works while this process holds the Lease, and stands for election again when it has lost it: upstream exits, but all
 * work has ended by then, and an apiserver that was away for long should not take its controllers with it.
 */
export async function lead(
  { flags, log, signal, metrics }: DaemonContext<typeof table>,
  client: RestClient,
  work: (leading: AbortSignal) => Promise<void>,
): Promise<void> {
  const { leaderElectResourceNamespace: namespace, leaderElectResourceName: name } = flags;
  const leads = leaderMetric(metrics, name);
  const elector = new LeaderElector({
    client,
    lease: { namespace, name },
    identity: `${hostname()}_${randomUUID()}`,
    leaseDurationMs: flags.leaderElectLeaseDuration,
    renewDeadlineMs: flags.leaderElectRenewDeadline,
    retryPeriodMs: flags.leaderElectRetryPeriod,
    onStartedLeading(leading) {
      leads(true);
      return work(leading);
    },
    onStoppedLeading(lost) {
      leads(false);
      if (lost) log.error('leadership lost, standing for election again');
    },
    onNewLeader: (leader) => log.info({ leader }, 'new leader'),
    onError: (error) => log.warn({ err: error }, 'lease not acquired or renewed'),
  });
  while (!signal.aborted) await elector.run(signal);
}
