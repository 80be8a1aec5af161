import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@wherry/daemon';
import { authenticationOf, clientAuthorities } from './auth/options.ts';
import { reconcileDefaultPolicy } from './authorization/bootstrap/reconcile.ts';
import { parseAuthorizationModes } from './authorization/build.ts';
import { CustomResources } from './custom-resources/controller.ts';
import { Discovery } from './discovery/discovery.ts';
import { GroupVersions } from './discovery/group-versions.ts';
import { openApiOf } from './discovery/load-openapi.ts';
import { auditIdOf, Dispatcher } from './http/dispatch.ts';
import { configurationOf, FlowControl } from './flow-control/flow-control.ts';
import { InFlight } from './http/in-flight.ts';
import { listen } from './http/listen.ts';
import { ApiserverMetrics } from './http/metrics.ts';
import { RequestLog } from './http/request-log.ts';
import type { ApiserverOptions } from './options.ts';
import { buildRegistry } from './registry/build.ts';
import { parseIpRange } from './registry/ip-range.ts';
import { findServed, type Registry } from './registry/registry.ts';
import type { PortRange } from './registry/service-allocation.ts';
import { repairClusterIps } from './system/cluster-ips.ts';
import { ensureClusterObjects } from './system/cluster-objects.ts';
import { createCompactor } from './system/compaction.ts';
import { every } from './system/every.ts';
import { reconcileKubernetesService } from './system/kubernetes-service.ts';
import { LiveApiservers } from './system/live-apiservers.ts';
import { ensureSystemNamespaces } from './system/namespaces.ts';
import { persist } from './system/persist.ts';
import { isStreamed, Streaming } from './streaming/streaming.ts';
import { createSubresources } from './verbs/subresources.ts';

export interface Apiserver {
  readonly url: string;
  readonly port: number;
  /** Ends watches, lets requests finish, closes the connections. The storage stays the caller's. */
  close(): Promise<void>;
}

/** How often what the apiserver keeps in the cluster by itself is looked after. */
const RECONCILE_MS = 10_000;
const LEAVE_MS = 1_000;

export async function startApiserver(options: ApiserverOptions): Promise<Apiserver> {
  const { log, health } = options;
  const serviceIps = parseIpRange(options.serviceClusterIpRange);
  const modes = parseAuthorizationModes(options.authorizationMode);
  const registry = buildRegistry({
    storage: options.storage,
    serviceIps,
    nodePorts: parsePortRange(options.serviceNodePortRange),
    eventTtlSeconds: options.eventTtlSeconds,
    authentication: authenticationOf(options),
    enableAdmissionPlugins: options.enableAdmissionPlugins,
    disableAdmissionPlugins: options.disableAdmissionPlugins,
    authorizationModes: modes,
    onTrouble: (error) => log.error({ err: error }, 'watch-cache-lost'),
  });
  const stopping = new AbortController();
  const persisting = <R>(name: string, task: () => Promise<R>): Promise<R> => persist(name, log, stopping.signal, task);
  const metrics = new ApiserverMetrics(
    options.metrics,
    (info) => findServed(registry, info.group, info.version, info.resource) !== undefined,
  );
  const { maxRequestsInFlight, maxMutatingRequestsInFlight } = options;
  const fair = options.enablePriorityAndFairness;
  const inFlight = new InFlight(
    fair ? { reading: 0, mutating: 0 } : { reading: maxRequestsInFlight, mutating: maxMutatingRequestsInFlight },
  );
  const flowControl = new FlowControl(configurationOf(registry), {
    totalSeats: maxRequestsInFlight + maxMutatingRequestsInFlight,
    // As upstream, a quarter of the time that the whole request may take.
    maxWaitMs: options.requestTimeoutMs / 4,
  });
  metrics.addGauges(gaugesOf(registry, inFlight, flowControl));
  let started = false;
  health.addCheck('caches-synced', () => registry.hub.ready || 'the caches are not filled');
  health.addCheck('poststarthook/start-system-namespaces', () => started || 'not finished', { live: false });
  const rbac = modes.includes('RBAC');
  let rolesReady = false;
  if (rbac) health.addCheck('poststarthook/rbac/bootstrap-roles', () => rolesReady || 'not finished', { live: false });
  health.addCheck('shutdown', () => !stopping.signal.aborted || 'process is shutting down', { live: false });
  let port = options.securePort;
  const requestLog = new RequestLog(log, metrics);
  const streaming = new Streaming({
    identity: options.kubelet,
    allowLoopback: options.allowLoopbackNodes,
    withoutKubelets: options.withoutKubelets,
    stopping: stopping.signal,
    answered: (seen, code, auditId) => requestLog.answered(seen?.info, seen?.user, code, 0, auditId),
  });
  const subresources = createSubresources(streaming.handlers);
  const groups = new GroupVersions(registry.served);
  const dispatcher = new Dispatcher({
    registry,
    subresources,
    inFlight,
    flowControl: fair ? flowControl : undefined,
    paths: {
      health,
      discovery: new Discovery(groups, subresources),
      openApi: openApiOf(groups),
      metrics: async () => ({ contentType: options.metrics.contentType, body: await options.metrics.metrics() }),
      advertised: () => `${options.advertiseAddress}:${port}`,
      serviceAccounts: options.authentication?.serviceAccounts,
    },
    log: requestLog,
    stopping: stopping.signal,
    requestTimeoutMs: options.requestTimeoutMs,
  });
  let live: LiveApiservers | undefined;
  // Asked each time: one that has just started must be counted in.
  const several = async (): Promise<boolean> => live === undefined || (await live.list()).length > 1;
  const customResources = new CustomResources(registry, log, stopping.signal, several);
  options.storeReachable?.((reachable) => {
    log.warn({ reachable }, 'store-leader');
    registry.hub.setReachable(reachable);
  });
  await persisting('watch-caches', () => registry.hub.start());
  // Before anybody can ask for an address that is in use.
  await persisting('cluster-ips', () => repairClusterIps(registry, new Date()));
  void registry.authenticator.prepare();
  await persisting('custom-resources', () => customResources.start());
  const listener = await listen({
    host: options.bindAddress,
    port: options.securePort,
    cert: options.tlsCert,
    key: options.tlsKey,
    clientCa: clientAuthorities(options),
    onRequest: (request, response) => dispatcher.handle(request, response),
    takesUpgrade: isStreamed,
    onUpgrade(request, socket, head) {
      streaming.upgrade(registry, request, socket, head, auditIdOf(request)).catch((error: unknown) => {
        requestLog.failed('UPGRADE', request.url ?? '', error);
        socket.destroy();
      });
    },
  });
  port = listener.port;
  const liveApiservers = new LiveApiservers(options.storage, { ip: options.advertiseAddress, port });
  live = liveApiservers;
  const reconcileKubernetes = async (): Promise<void> => {
    await liveApiservers.renew();
    const apiservers = await liveApiservers.list();
    await reconcileKubernetesService(registry, { apiservers, serviceIps }, new Date());
  };
  const namespacesWritten = persisting('namespaces', () => ensureSystemNamespaces(registry, new Date()));
  const rolesWritten = rbac
    ? persisting('roles', () => reconcileDefaultPolicy(registry, new Date()))
    : Promise.resolve();
  await Promise.all([namespacesWritten, rolesWritten.then(() => (rolesReady = true))]);
  await persisting('kubernetes-service', reconcileKubernetes);
  await persisting('cluster-objects', () => ensureClusterObjects(registry, serviceIps.cidr, new Date()));
  started = true;
  every(RECONCILE_MS, 'kubernetes-service', log, stopping.signal, async () => {
    await ensureSystemNamespaces(registry, new Date());
    await reconcileKubernetes();
    await ensureClusterObjects(registry, serviceIps.cidr, new Date());
  });
  if (options.compactionIntervalMs > 0) {
    every(options.compactionIntervalMs, 'compaction', log, stopping.signal, createCompactor(options.storage));
  }
  log.info({ address: options.bindAddress, port }, 'serving');
  return {
    url: `https://${urlHost(options.bindAddress)}:${port}`,
    port,
    async close() {
      stopping.abort();
      await leave(log, async () => {
        await liveApiservers.leave();
        const apiservers = await liveApiservers.list();
        if (apiservers.length > 0) await reconcileKubernetesService(registry, { apiservers, serviceIps }, new Date());
      });
      await dispatcher.idle(options.shutdownGraceMs);
      registry.hub.close();
      await listener.close(options.shutdownGraceMs);
      await streaming.close();
    },
  };
}

/** Lets the others know, if the store answers soon; else the lease ends by itself. */
async function leave(log: Logger, farewell: () => Promise<void>): Promise<void> {
  const tried = farewell().catch((error: unknown) => log.warn({ err: error }, 'apiserver-not-removed-from-endpoints'));
  await Promise.race([tried, sleep(LEAVE_MS, undefined, { ref: false })]);
}

function urlHost(address: string): string {
  if (address === '0.0.0.0' || address === '::' || address === '') return '127.0.0.1';
  return address.includes(':') ? `[${address}]` : address;
}

/** Throws for what is not FIRST-LAST. */
export function parsePortRange(text: string): PortRange {
  const [first, last] = text.split('-').map(Number);
  if (first === undefined || last === undefined || !(first > 0) || !(last >= first) || last > 65_535) {
    throw new Error(`not a port range: ${text}`);
  }
  return { first, last };
}

function gaugesOf(registry: Registry, inFlight: InFlight, flowControl: FlowControl) {
  return {
    inFlight,
    levels: () => flowControl.levels(),
    *watchers() {
      for (const { resource, cache } of registry.served.values()) {
        yield { group: resource.group, version: resource.version, kind: resource.kind, count: cache.watcherCount };
      }
    },
    *objects() {
      for (const { resource, cache } of registry.served.values()) {
        yield {
          resource: resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`,
          count: cache.size,
        };
      }
    },
  };
}
