import { Counter, Gauge, Histogram } from '@wherry/daemon/metrics';
import type { Registry } from '@wherry/daemon/metrics';
import type { QueueName } from './framework/scheduling-queue.ts';

const profile = 'default-scheduler';
const buckets = Array.from({ length: 15 }, (_, i) => 0.001 * 2 ** i);

export type AttemptResult = 'scheduled' | 'unschedulable' | 'error';

/** Upstream's names. */
export interface SchedulerMetrics {
  attempted(result: AttemptResult, seconds: number): void;
  bound(attempts: number, sinceFirstSeconds: number): void;
}

export function createSchedulerMetrics(
  registry: Registry,
  pending: () => Readonly<Record<QueueName, number>>,
): SchedulerMetrics {
  const registers = [registry];
  const attempts = new Counter({
    name: 'scheduler_schedule_attempts_total',
    help: 'Number of attempts to schedule pods, by the result.',
    labelNames: ['result', 'profile'],
    registers,
  });
  const duration = new Histogram({
    name: 'scheduler_scheduling_attempt_duration_seconds',
    help: 'Scheduling attempt latency in seconds (scheduling algorithm + binding).',
    labelNames: ['result', 'profile'],
    buckets,
    registers,
  });
  const tries = new Histogram({
    name: 'scheduler_pod_scheduling_attempts',
    help: 'Number of attempts to successfully schedule a pod.',
    buckets: [1, 2, 4, 8, 16],
    registers,
  });
  const sli = new Histogram({
    name: 'scheduler_pod_scheduling_sli_duration_seconds',
    help: 'E2e latency for a pod being scheduled, from the time the pod enters the scheduling queue.',
    buckets: Array.from({ length: 20 }, (_, i) => 0.01 * 2 ** i),
    registers,
  });
  new Gauge({
    name: 'scheduler_pending_pods',
    help: 'Number of pending pods, by the queue type.',
    labelNames: ['queue'],
    registers,
    collect() {
      for (const [queue, count] of Object.entries(pending())) this.set({ queue }, count);
    },
  });
  return {
    attempted(result, seconds) {
      attempts.inc({ result, profile });
      duration.observe({ result, profile }, seconds);
    },
    bound(count, seconds) {
      tries.observe(count);
      sli.observe(seconds);
    },
  };
}
