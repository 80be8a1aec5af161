import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import type { DaemonContext } from '@wherry/daemon';
import { readAuthentication } from './auth/read-files.ts';
import { openEncryption } from './encryption/key-file.ts';
import type { apiserverFlags } from './flags.ts';
import { defaults } from './options.ts';
import { startApiserver } from './server.ts';
import { addStoreChecks, LeaderWatch, waitForLeader } from './store/leader-watch.ts';
import { addStoreMetrics } from './store/metrics.ts';
import { addEtcdChecks } from './store/elsewhere.ts';
import { openStorage } from './store/open.ts';

/** The life of the daemon: store, server, and both closed in the other order. */
export async function runApiserver(context: DaemonContext<typeof apiserverFlags>): Promise<void> {
  const { flags, log, signal, health, metrics } = context;
  await using store = await openStorage(flags, log, signal);
  const { member, failed } = store;
  using leaders = member && new LeaderWatch(member);
  if (member && leaders) {
    addStoreChecks(health, member);
    addStoreMetrics(metrics, member, leaders);
    await Promise.race([waitForLeader(member, log, signal), failed]);
  } else {
    addEtcdChecks(health, store.storage);
  }
  const encrypted = await openEncryption(store.storage, {
    path: flags.encryptionProviderConfig,
    reloadMs: flags.encryptionProviderConfigAutomaticReload ? defaults.encryptionReloadMs : 0,
    signal,
    log,
    metrics,
  });
  const stopped = whenAborted(signal);
  const starting = startApiserver({
    storage: encrypted,
    bindAddress: flags.bindAddress,
    securePort: flags.securePort,
    advertiseAddress: flags.advertiseAddress ?? ownAddress(flags.bindAddress),
    tlsCert: await readFile(flags.tlsCertFile, 'utf8'),
    tlsKey: await readFile(flags.tlsPrivateKeyFile, 'utf8'),
    clientCa: await readFile(flags.clientCaFile, 'utf8'),
    enableAdmissionPlugins: flags.enableAdmissionPlugins,
    disableAdmissionPlugins: flags.disableAdmissionPlugins,
    authentication: await readAuthentication(flags),
    authorizationMode: flags.authorizationMode,
    kubelet: await kubeletIdentity(flags),
    allowLoopbackNodes: defaults.allowLoopbackNodes,
    serviceClusterIpRange: flags.serviceClusterIpRange,
    serviceNodePortRange: flags.serviceNodePortRange,
    maxRequestsInFlight: flags.maxRequestsInflight,
    maxMutatingRequestsInFlight: flags.maxMutatingRequestsInflight,
    enablePriorityAndFairness: flags.enablePriorityAndFairness,
    requestTimeoutMs: flags.requestTimeout,
    eventTtlSeconds: flags.eventTtl / 1_000,
    compactionIntervalMs: flags.etcdCompactionInterval,
    shutdownGraceMs: defaults.shutdownGraceMs,
    log,
    health,
    storeReachable: leaders && ((listener) => leaders.onReachable(listener)),
    metrics,
  });
  // Nothing can be served without a store: what it says ends the process.
  const server = await Promise.race([starting, failed, stopped]);
  if (server === undefined) return;
  await Promise.race([stopped, failed]);
  await server.close();
}

interface KubeletFlags {
  kubeletClientCertificate: string | undefined;
  kubeletClientKey: string | undefined;
  kubeletCertificateAuthority: string | undefined;
}

async function kubeletIdentity(given: KubeletFlags) {
  const { kubeletClientCertificate: cert, kubeletClientKey: key, kubeletCertificateAuthority: ca } = given;
  if (cert === undefined || key === undefined) return undefined;
  return {
    cert: await readFile(cert, 'utf8'),
    key: await readFile(key, 'utf8'),
    ca: ca === undefined ? undefined : await readFile(ca, 'utf8'),
  };
}

/** The bind address, or when that is any, the first one that is not loopback. */
function ownAddress(bindAddress: string): string {
  if (bindAddress !== '0.0.0.0' && bindAddress !== '::' && bindAddress !== '') return bindAddress;
  for (const addresses of Object.values(networkInterfaces())) {
    const found = addresses?.find((address) => address.family === 'IPv4' && !address.internal);
    if (found) return found.address;
  }
  return '127.0.0.1';
}

function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
