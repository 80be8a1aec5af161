#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { randomUUID } from 'node:crypto';
import { LeaderElector, loadKubeconfig, RestClient } from '@wherry/client';
import { runDaemon, serveHealth } from '@wherry/daemon';
import { chosen, controllers } from './controllers.ts';
import { flags } from './options.ts';
import { QueueMetrics } from './runner/metrics.ts';
import { servingIdentity } from './serving-identity.ts';
import { runControllers } from './start.ts';

runDaemon({
  name: 'controller-manager',
  description: 'Runs all the loops that make the state of the cluster what its objects ask for.',
  flags,
  async run({ flags: options, log, signal, health, metrics }) {
    const { config } = loadKubeconfig({ path: options.kubeconfig });
    const client = new RestClient({ ...config, userAgent: 'controller-manager' });
    const rootCa = options.rootCaFile === undefined ? undefined : await readFile(options.rootCaFile, 'utf8');
    const queues = new QueueMetrics(metrics);
    const watchQueue = queues.meter.bind(queues);
    const work = (until: AbortSignal): Promise<void> =>
      runControllers(
        { client, controllers: chosen(controllers(options, rootCa), options.controllers), log, watchQueue },
        until,
      );

    const { bindAddress: host, securePort: port } = options;
    const tls = await servingIdentity(options, config);
    const server = port === 0 ? undefined : await serveHealth({ host, port, health, metrics, tls });
    if (!options.leaderElect) await work(signal);
    else {
      const lease = { namespace: options.leaderElectResourceNamespace, name: options.leaderElectResourceName };
      const elector = new LeaderElector({
        client,
        lease,
        identity: `${hostname()}_${randomUUID()}`,
        leaseDurationMs: options.leaderElectLeaseDuration,
        renewDeadlineMs: options.leaderElectRenewDeadline,
        retryPeriodMs: options.leaderElectRetryPeriod,
        onStartedLeading: (until) => (queues.leads(lease.name, true), work(until)),
        onStoppedLeading: (lost) => (queues.leads(lease.name, false), log.info({ lost }, 'no longer the leader')),
        onNewLeader: (leader) => log.info({ leader }, 'leader'),
        onError: (error) => log.warn({ err: error }, 'leader election'),
      });
      await elector.run(signal);
    }
    await server?.close();
    client.close();
  },
});
