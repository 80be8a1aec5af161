import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { inClusterConfig, loadKubeconfig, RestClient, type ClientConfig } from '@wherry/client';
import type { DaemonContext } from '@wherry/daemon';
import { requestMetrics } from '@wherry/daemon/metrics';
import { canonical } from '../core/addresses.ts';
import { ClusterIndex } from '../core/cluster-index.ts';
import type { ZoneConfig } from '../core/zone.ts';
import { dnsFlags, parseDomain, upstreamsOf, type DnsFlags } from '../flags.ts';
import { clusterView } from './cluster-view.ts';
import { Forwarder } from './forwarder.ts';
import { LoopProbe } from './loop-probe.ts';
import { dnsMetrics } from './metrics.ts';
import { Resolver } from './resolver.ts';
import { serveProbes } from './servers.ts';
import { loadStaticSnapshot } from './static-snapshot.ts';
import { listenTcp } from './tcp-server.ts';
import { listenUdp } from './udp-server.ts';

type Context = DaemonContext<typeof dnsFlags>;

/** The server's life until the signal, and `--lameduck` longer: until then clients may still be sent here. */
export async function runDns(context: Context): Promise<void> {
  const { flags, log, signal } = context;
  const index = new ClusterIndex(Math.floor(Date.now() / 1_000));
  const zone = zoneOf(flags);
  const upstreams = upstreamsOf(flags, () => readFileSync(flags.resolvConf, 'utf8'));
  if (upstreams.length === 0) log.warn('no DNS server to ask for names outside of the cluster');
  const { version } = context;
  const labels = { server: `dns://:${flags.port}`, domain: zone.domain, version: version.gitVersion };
  const metrics = dnsMetrics(context.metrics, labels, {
    get cacheEntries() {
      return forwarder.cacheEntries;
    },
    get openQuestions() {
      return forwarder.openQuestions;
    },
  });
  const { maxConcurrent, cacheSize, cacheMaxTtl } = flags;
  const forwarder: Forwarder = new Forwarder({
    upstreams,
    maxConcurrent,
    cacheSize,
    cacheMaxTtl,
    observe: metrics.forward,
  });
  const probe = new LoopProbe(() => {
    if (!forwarder.looping)
      log.error(
        { upstreams },
        'the DNS servers that are asked for other names ask this one: they are not asked any more',
      );
    forwarder.looping = true;
  });
  const resolver = new Resolver({
    snapshot: index,
    zone,
    forwarder,
    random: Math.random,
    observe: metrics.answered,
    isOwnProbe: probe.isOwn,
  });
  await using servers = new AsyncDisposableStack();
  servers.use(await serveProbes({ flags, context, isReady: () => index.synced }));
  const listen = {
    host: flags.bindAddress,
    port: flags.port,
    onError: (error: Error) => log.warn({ err: error }, 'answer not sent'),
  };
  const udp = servers.use(await listenUdp(resolver, listen));
  servers.use(await listenTcp(resolver, { ...listen, port: udp.port }));
  log.info({ port: udp.port, domain: zone.domain, upstreams }, 'answering');
  // Not by the signal itself: what is known is kept current while questions still come.
  const stop = new AbortController();
  const working = Promise.all([follow(context, index, stop.signal), probe.run(forwarder)]);
  const told = until(signal).then(() => sleep(flags.lameduck));
  try {
    await Promise.race([working.then(() => told), told]);
  } finally {
    stop.abort();
    await Promise.allSettled([working]);
  }
}

/** Fills the index, and keeps it current until the signal. */
async function follow(context: Context, index: ClusterIndex, signal: AbortSignal): Promise<void> {
  const { flags, log, metrics, version } = context;
  if (flags.staticSnapshot !== undefined) {
    const objects = loadStaticSnapshot(flags.staticSnapshot, index);
    log.info({ objects, file: flags.staticSnapshot }, 'serving a file');
    return;
  }
  const config = { ...clientConfig(flags), userAgent: `cluster-dns/${version.gitVersion}` };
  await using client = new RestClient(config, { observe: requestMetrics(metrics) });
  const view = clusterView(client, index, {
    withPods: flags.pods === 'verified',
    onError: (resource, error, delayMs) => log.warn({ err: error, resource, delayMs }, 'list or watch failed'),
  });
  await view.run(signal);
}

function clientConfig(flags: DnsFlags): ClientConfig {
  const inCluster = flags.kubeconfig === undefined ? inClusterConfig() : undefined;
  return inCluster ?? loadKubeconfig({ path: flags.kubeconfig }).config;
}

function zoneOf(flags: DnsFlags): ZoneConfig {
  return {
    domain: parseDomain(flags.clusterDomain),
    ttl: flags.ttl,
    pods: flags.pods as ZoneConfig['pods'],
    ownAddresses: Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, scopeid }) => !internal && !scopeid)
      .map(({ address }) => canonical(address)),
  };
}

async function until(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
