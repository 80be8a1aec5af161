import { Counter, Gauge, Histogram, type Registry } from '@wherry/daemon/metrics';
import type { QueueMeter } from './runner.ts';

const seconds = [1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10, 100];

/** Upstream's workqueue metrics, by the name of the controller; and whether this process leads. */
export class QueueMetrics {
  readonly #queues = new Map<string, { readonly length: number }>();
  readonly #leading: Gauge;
  readonly #adds: Counter;
  readonly #retries: Counter;
  readonly #waited: Histogram;
  readonly #worked: Histogram;

  constructor(registry: Registry) {
    const registers = [registry];
    const labelNames = ['name'];
    const queues = this.#queues;
    new Gauge({
      name: 'workqueue_depth',
      help: 'Current depth of workqueue',
      labelNames,
      registers,
      collect() {
        for (const [name, queue] of queues) this.set({ name }, queue.length);
      },
    });
    this.#adds = new Counter({
      name: 'workqueue_adds_total',
      help: 'Total number of adds handled by workqueue',
      labelNames,
      registers,
    });
    this.#retries = new Counter({
      name: 'workqueue_retries_total',
      help: 'Total number of retries handled by workqueue',
      labelNames,
      registers,
    });
    this.#waited = new Histogram({
      name: 'workqueue_queue_duration_seconds',
      help: 'How long in seconds an item stays in workqueue before being requested',
      labelNames,
      buckets: seconds,
      registers,
    });
    this.#worked = new Histogram({
      name: 'workqueue_work_duration_seconds',
      help: 'How long in seconds processing an item from workqueue takes.',
      labelNames,
      buckets: seconds,
      registers,
    });
    this.#leading = new Gauge({
      name: 'leader_election_master_status',
      help: 'Gauge of if the reporting system is master of the relevant lease, 0 indicates backup, 1 indicates master.',
      labelNames,
      registers,
    });
  }

  leads(lease: string, leading: boolean): void {
    this.#leading.set({ name: lease }, leading ? 1 : 0);
  }

  meter(name: string, queue: { readonly length: number }): QueueMeter {
    this.#queues.set(name, queue);
    const added = new Map<string, number>();
    return {
      added: (key) => {
        this.#adds.inc({ name });
        if (!added.has(key)) added.set(key, performance.now());
      },
      started: (key) => {
        const since = added.get(key);
        const start = performance.now();
        added.delete(key);
        if (since !== undefined) this.#waited.observe({ name }, (start - since) / 1000);
        return (failed) => {
          this.#worked.observe({ name }, (performance.now() - start) / 1000);
          if (failed) this.#retries.inc({ name });
        };
      },
    };
  }
}
