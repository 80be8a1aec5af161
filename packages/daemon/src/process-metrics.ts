import type { Registry } from 'prom-client';
import Counter from 'prom-client/lib/counter.js';
import eventLoopLag from 'prom-client/lib/metrics/eventLoopLag.js';
import gc from 'prom-client/lib/metrics/gc.js';
import heapSizeAndUsed from 'prom-client/lib/metrics/heapSizeAndUsed.js';
import osMemoryHeap from 'prom-client/lib/metrics/osMemoryHeap.js';
import processMaxFileDescriptors from 'prom-client/lib/metrics/processMaxFileDescriptors.js';
import processOpenFileDescriptors from 'prom-client/lib/metrics/processOpenFileDescriptors.js';
import processStartTime from 'prom-client/lib/metrics/processStartTime.js';
import version from 'prom-client/lib/metrics/version.js';

/**
 * The process's own metrics, under prom-client's names. Not its collectDefaultMetrics: the CPU counter in there loads
 * OpenTelemetry for exemplars that nobody enables, 10 MB and 20 ms in every daemon.
 */
export function collectProcessMetrics(registry: Registry): void {
  for (const collect of [
    processStartTime,
    osMemoryHeap,
    processOpenFileDescriptors,
    processMaxFileDescriptors,
    heapSizeAndUsed,
    version,
    gc,
  ])
    collect(registry);
  // The default of 10 ms wakes an idle daemon a hundred times a second.
  eventLoopLag(registry, { eventLoopMonitoringPrecision: 200 });
  cpuTime(registry);
}

function cpuTime(registry: Registry): void {
  const counter = (kind: string, seconds: (usage: NodeJS.CpuUsage) => number): void => {
    let last = 0;
    new Counter({
      name: `process_cpu_${kind}seconds_total`,
      help: `Total ${kind === '' ? 'user and system' : kind.slice(0, -1)} CPU time spent in seconds.`,
      registers: [registry],
      collect() {
        const now = seconds(process.cpuUsage());
        this.inc(now - last);
        last = now;
      },
    });
  };
  counter('user_', ({ user }) => user / 1e6);
  counter('system_', ({ system }) => system / 1e6);
  counter('', ({ user, system }) => (user + system) / 1e6);
}
