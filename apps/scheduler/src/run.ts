import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import {
  EventRecorder,
  LeaderElector,
  RestClient,
  resolveKubeconfig,
  readKubeconfig,
  type ClientConfig,
} from '@wherry/client';
import type { DaemonContext } from '@wherry/daemon';
import { leaderMetric, requestMetrics } from '@wherry/daemon/metrics';
import { schedulerInformers } from './informers.ts';
import { createSchedulerMetrics } from './metrics.ts';
import type { flags as table } from './options.ts';
import { defaultPlugins } from './plugins/index.ts';
import { Scheduler, schedulerName } from './scheduler.ts';
import { serve } from './serving.ts';
import { writeBack } from './write-back.ts';

/** The daemon's parts, wired: informers -> scheduler -> bindings, while leading. */
export async function run(context: DaemonContext<typeof table>): Promise<void> {
  const { flags, log, signal, health, metrics } = context;
  await using client = new RestClient(clientConfig(flags), { observe: requestMetrics(metrics) });
  const recorder = new EventRecorder(client, schedulerName, {
    onError: (error) => log.warn({ err: error }, 'event not written'),
  });
  const write = writeBack(client);
  const plugins = defaultPlugins((info, nodeName, stop) => write.bind(info.pod, nodeName, stop));
  const scheduler: Scheduler = new Scheduler({
    plugins,
    write,
    recorder,
    metrics: createSchedulerMetrics(metrics, () => scheduler.queue.counts),
    log,
  });
  const informers = schedulerInformers(client, scheduler, log);
  health.addCheck('informer-sync', () => informers.hasSynced || 'informers have not synced', { live: false });
  await using _server = await serve(context);

  const stop = new AbortController();
  const all = AbortSignal.any([signal, stop.signal]);
  const watching = informers.run(all);
  const leading = lead(context, client, async (leader) => {
    await informers.waitForSync(leader);
    log.info('scheduling');
    await scheduler.run(leader);
  });
  try {
    // Whichever fails first ends the other.
    await Promise.race([leading, watching]);
  } finally {
    stop.abort();
    await Promise.allSettled([leading, watching]);
    await recorder.flush();
  }
}

async function lead(
  { flags, log, signal, metrics }: DaemonContext<typeof table>,
  client: RestClient,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  if (!flags.leaderElect) return work(signal);
  const leads = leaderMetric(metrics, flags.leaderElectResourceName);
  const elector = new LeaderElector({
    client,
    lease: { namespace: flags.leaderElectResourceNamespace, name: flags.leaderElectResourceName },
    identity: `${hostname()}_${randomBytes(8).toString('hex')}`,
    leaseDurationMs: flags.leaderElectLeaseDuration,
    renewDeadlineMs: flags.leaderElectRenewDeadline,
    retryPeriodMs: flags.leaderElectRetryPeriod,
    onStartedLeading(leader) {
      leads(true);
      return work(leader);
    },
    onStoppedLeading(lost) {
      leads(false);
      if (lost) log.error('leadership lost, standing for election again');
    },
    onNewLeader: (identity) => log.info({ leader: identity }, 'new leader'),
    onError: (error) => log.warn({ err: error }, 'lease not acquired or renewed'),
  });
  // Upstream exits when it has lost. Here all work has ended by then, and an apiserver that was away for long should
  // not take its scheduler with it.
  while (!signal.aborted) await elector.run(signal);
}

function clientConfig(flags: DaemonContext<typeof table>['flags']): ClientConfig {
  const options = { path: flags.kubeconfig, server: flags.master };
  return { ...resolveKubeconfig(readKubeconfig(options), options).config, userAgent: 'kube-scheduler' };
}
