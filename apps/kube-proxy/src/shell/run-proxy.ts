import { loadKubeconfig, RestClient } from '@wherry/client';
import type { DaemonContext, Logger } from '@wherry/daemon';
import { Iptables } from '@wherry/node-iptables';
import { isNodeEligible } from '../core/node.ts';
import { ProgrammingLatency } from '../core/programming-latency.ts';
import { checkFlags, parseListen, type proxyFlags } from '../flags.ts';
import { ClusterView } from './cluster-view.ts';
import { configure, nodeNameOf } from './configure.ts';
import { UdpFlowCleaner } from './conntrack.ts';
import { HealthCheckServers } from './health-check-servers.ts';
import { ProxyMetrics } from './metrics.ts';
import { serveMetrics, servePublicHealth } from './servers.ts';
import { makeSync } from './sync.ts';
import { SyncLoop } from './sync-loop.ts';
import { ensureSysctl, neededSysctls } from './sysctls.ts';

/** The proxy's life until the signal. Its rules stay when it ends: connections go on while it is restarted. */
export async function runProxy(context: DaemonContext<typeof proxyFlags>): Promise<void> {
  const { flags, log, signal } = context;
  checkFlags(flags);
  const healthListen = parseListen('--healthz-bind-address', flags.healthzBindAddress, 10_256);
  const metricsListen = parseListen('--metrics-bind-address', flags.metricsBindAddress, 10_249);
  const { config: clientConfig } = loadKubeconfig({ path: flags.kubeconfig });
  await using client = new RestClient({ ...clientConfig, userAgent: `kube-proxy/${context.version.gitVersion}` });
  const iptables = await Iptables.open();
  log.info({ backend: iptables.backend.kind, version: iptables.backend.version }, 'using iptables');
  await prepareKernel(flags.iptablesLocalhostNodeports, log);

  const metrics = new ProxyMetrics(context.metrics);
  const latency = new ProgrammingLatency(Date.now());
  const notify = (): void => {
    metrics.queued();
    loop.notify();
  };
  const cluster = new ClusterView(client, {
    nodeName: nodeNameOf(flags),
    networkPolicies: flags.networkPolicies,
    onOtherChange: notify,
    onServiceChange: () => {
      metrics.serviceChanges.inc();
      notify();
    },
    onSliceChange: (slice) => {
      metrics.endpointChanges.inc();
      latency.note(slice);
      notify();
    },
    onError: (what, error, delayMs) => log.warn({ err: error, resource: what, delayMs }, 'list or watch failed'),
  });
  await using servers = new AsyncDisposableStack();
  const checks = servers.use(new HealthCheckServers(() => loop.healthy, log));
  const loop = new SyncLoop({
    limits: { minPeriodMs: flags.iptablesMinSyncPeriod, fullPeriodMs: flags.iptablesSyncPeriod },
    now: () => performance.now(),
    sync: makeSync({
      iptables,
      metrics,
      latency,
      log,
      cleaner: new UdpFlowCleaner(),
      healthChecks: checks,
      views: () => cluster.serviceViews(),
      surroundings: () => cluster.surroundings(),
      config: () => configure(flags, cluster.node),
    }),
    onError: (error, failures) => log.error({ err: error, failures }, 'could not write rules, will try again'),
  });

  const health = () => ({
    healthy: loop.healthy,
    nodeEligible: isNodeEligible(cluster.node),
    sinceSuccessMs: loop.sinceSuccessMs,
  });
  if (healthListen !== undefined) servers.use(await servePublicHealth(healthListen, context, health));
  if (metricsListen !== undefined) servers.use(await serveMetrics(metricsListen, context));

  const syncRules = async (): Promise<void> => {
    await cluster.waitForSync(signal);
    if (flags.nodeportAddresses.includes('primary')) await cluster.waitForNode(signal);
    log.info({ services: cluster.serviceViews().length }, 'caches are synced');
    await loop.run(signal);
  };
  await Promise.all([cluster.run(signal), syncRules()]);
}

async function prepareKernel(localhostNodePorts: boolean, log: Logger): Promise<void> {
  for (const sysctl of neededSysctls(localhostNodePorts)) {
    const outcome = await ensureSysctl(sysctl);
    const facts = { sysctl: sysctl.path, value: sysctl.value };
    if (outcome.kind === 'set') log.info({ ...facts, before: outcome.before }, 'kernel setting changed');
    if (outcome.kind === 'failed')
      log.warn({ ...facts, reason: outcome.reason, needed: sysctl.needed }, 'kernel setting could not be changed');
  }
}
