#!/usr/bin/env node
import { loadKubeconfig, RestClient } from '@wherry/client';
import { runDaemon } from '@wherry/daemon';
import { requestMetrics } from '@wherry/daemon/metrics';
import { chosen, controllers } from './controllers.ts';
import { lead } from './lead.ts';
import { flags } from './options.ts';
import { readControllerFiles } from './read-files.ts';
import { queueMetrics } from './runner/metrics.ts';
import { serve } from './serving.ts';
import { runControllers } from './start.ts';

runDaemon({
  name: 'controller-manager',
  description: 'Runs the loops that make the cluster what its objects ask for.',
  flags,
  async run(context) {
    const { flags: options, log, signal, metrics } = context;
    const { config } = loadKubeconfig({ path: options.kubeconfig });
    const observe = requestMetrics(metrics);
    await using client = new RestClient({ ...config, userAgent: 'kube-controller-manager' }, { observe });
    const files = await readControllerFiles(options);
    // Made anew for every term of leadership: a controller remembers nothing of the time when others led.
    const wanted = () => chosen(controllers(options, files), options.controllers);
    // Unknown names are refused at once, not when it leads.
    wanted();
    const watchQueue = queueMetrics(metrics);
    await using _server = await serve(context);
    const work = (leading: AbortSignal): Promise<void> =>
      runControllers({ client, controllers: wanted(), log, watchQueue }, leading);
    if (options.leaderElect) await lead(context, client, work);
    else await work(signal);
  },
});
