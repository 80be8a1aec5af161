import { Counter, Gauge, Histogram, type Registry } from '@wherry/daemon/metrics';
import type { QueueMeter } from './runner.ts';

const seconds = [1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10, 100];

/** Upstream's workqueue metrics, by the name of the controller. */
export function queueMetrics(registry: Registry): (name: string, queue: { readonly length: number }) => QueueMeter {
  const queues = new Map<string, { readonly length: number }>();
  const common = { labelNames: ['name'], registers: [registry] };
  new Gauge({
    ...common,
    name: 'workqueue_depth',
    help: 'Current depth of workqueue',
    collect() {
      for (const [name, queue] of queues) this.set({ name }, queue.length);
    },
  });
  const adds = new Counter({
    ...common,
    name: 'workqueue_adds_total',
    help: 'Total number of adds handled by workqueue',
  });
  const retries = new Counter({
    ...common,
    name: 'workqueue_retries_total',
    help: 'Total number of retries handled by workqueue',
  });
  const waited = new Histogram({
    ...common,
    name: 'workqueue_queue_duration_seconds',
    help: 'How long in seconds an item stays in workqueue before being requested',
    buckets: seconds,
  });
  const worked = new Histogram({
    ...common,
    name: 'workqueue_work_duration_seconds',
    help: 'How long in seconds processing an item from workqueue takes.',
    buckets: seconds,
  });
  return (name, queue) => {
    queues.set(name, queue);
    const added = new Map<string, number>();
    return {
      added(key) {
        adds.inc({ name });
        if (!added.has(key)) added.set(key, performance.now());
      },
      started(key) {
        const since = added.get(key);
        const start = performance.now();
        added.delete(key);
        if (since !== undefined) waited.observe({ name }, (start - since) / 1000);
        return (failed) => {
          worked.observe({ name }, (performance.now() - start) / 1000);
          if (failed) retries.inc({ name });
        };
      },
    };
  };
}
