import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { LeaderElector, type RestClient } from '@wherry/client';
import type { DaemonContext } from '@wherry/daemon';
import { leaderMetric } from '@wherry/daemon/metrics';
import type { flags as table } from './options.ts';

/** Works while this process holds the Lease. @throws {Error} when leadership is lost: another may work already */
export async function lead(
  { flags, log, signal, metrics }: DaemonContext<typeof table>,
  client: RestClient,
  work: (leading: AbortSignal) => Promise<void>,
): Promise<void> {
  const { leaderElectResourceNamespace: namespace, leaderElectResourceName: name } = flags;
  const leads = leaderMetric(metrics, name);
  await new LeaderElector({
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
      if (lost) throw new Error('leaderelection lost');
    },
    onNewLeader: (leader) => log.info({ leader }, 'new leader'),
    onError: (error) => log.warn({ err: error }, 'lease not acquired or renewed'),
  }).run(signal);
}
