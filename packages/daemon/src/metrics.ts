import Counter from 'prom-client/lib/counter.js';
import Gauge from 'prom-client/lib/gauge.js';
import Histogram from 'prom-client/lib/histogram.js';
import Registry from 'prom-client/lib/registry.js';
import { collectProcessMetrics } from './process-metrics.ts';
import { versionInfo } from './version.ts';

// The parts of prom-client, not the whole: its index also loads the push gateway's and the cluster's clients.
export { Counter, Gauge, Histogram, Registry };

/** A registry with the process's own metrics. */
export function createMetrics(): Registry {
  const registry = new Registry();
  collectProcessMetrics(registry);
  const { major, minor, gitVersion, platform } = versionInfo;
  new Gauge({
    name: 'kubernetes_build_info',
    help: "A metric with a constant '1' value labeled by the version and the platform it runs on.",
    labelNames: ['major', 'minor', 'git_version', 'platform'],
    registers: [registry],
  }).set({ major, minor, git_version: gitVersion, platform }, 1);
  return registry;
}

/** Counts requests to the apiserver; give it to a client as its observer. `code` 0 is no answer. */
export function requestMetrics(registry: Registry): (method: string, code: number, seconds: number) => void {
  const registers = [registry];
  const total = new Counter({
    name: 'rest_client_requests_total',
    help: 'Number of HTTP requests, partitioned by status code and method.',
    labelNames: ['code', 'method'],
    registers,
  });
  const duration = new Histogram({
    name: 'rest_client_request_duration_seconds',
    help: 'Request latency in seconds, until the headers of the answer. Broken down by verb.',
    labelNames: ['verb'],
    buckets: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60],
    registers,
  });
  return (method, code, seconds) => {
    total.inc({ code: code === 0 ? '<error>' : String(code), method });
    duration.observe({ verb: method }, seconds);
  };
}

/** 1 while this process leads the lease of that name. */
export function leaderMetric(registry: Registry, name: string): (leads: boolean) => void {
  const gauge = new Gauge({
    name: 'leader_election_master_status',
    help: 'Gauge of if the reporting system is master of the relevant lease, 0 indicates backup, 1 indicates master.',
    labelNames: ['name'],
    registers: [registry],
  });
  gauge.set({ name }, 0);
  return (leads) => gauge.set({ name }, leads ? 1 : 0);
}
