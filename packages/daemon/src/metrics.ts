import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { versionInfo } from './version.ts';

export { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** A registry with the process's own metrics. */
export function createMetrics(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const { major, minor, gitVersion, platform } = versionInfo;
  new Gauge({
    name: 'kubernetes_build_info',
    help: "A metric with a constant '1' value labeled by the version and the platform it runs on.",
    labelNames: ['major', 'minor', 'git_version', 'platform'],
    registers: [registry],
  }).set({ major, minor, git_version: gitVersion, platform }, 1);
  return registry;
}
