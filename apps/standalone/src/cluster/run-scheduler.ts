import { EventRecorder, type RestClient } from '@wherry/client';
import type { Logger } from '@wherry/daemon';
import { Registry } from '@wherry/daemon/metrics';
import { createSchedulerMetrics, defaultPlugins, Scheduler, schedulerInformers, writeBack } from '@wherry/scheduler';

/** The scheduler of the daemon, without flags, lease and server. Runs until aborted. */
export async function runScheduler(client: RestClient, log: Logger, signal: AbortSignal): Promise<void> {
  const write = writeBack(client);
  const recorder = new EventRecorder(client, 'default-scheduler', {
    onError: (error) => log.warn({ err: error }, 'event not written'),
  });
  const scheduler: Scheduler = new Scheduler({
    plugins: defaultPlugins((info, nodeName, stop) => write.bind(info.pod, nodeName, stop)),
    write,
    recorder,
    metrics: createSchedulerMetrics(new Registry(), () => scheduler.queue.counts),
    log,
  });
  const informers = schedulerInformers(client, scheduler, log);
  const work = async (): Promise<void> => {
    try {
      await informers.waitForSync(signal);
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
    await scheduler.run(signal);
  };
  await Promise.all([informers.run(signal), work()]);
  await recorder.flush();
}
