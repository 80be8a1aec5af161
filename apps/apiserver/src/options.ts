import type { Health, Logger } from '@wherry/daemon';
import type { Storage } from '@wherry/store';
import type { Registry as MetricsRegistry } from 'prom-client';
import type { AuthenticationOptions } from './auth/authenticator.ts';

/** What an apiserver is started with. PEM texts, seconds and milliseconds as the names say. */
export interface ApiserverOptions {
  storage: Storage;
  /** Calls back whenever the store loses its leader for long, and when it has one again. */
  storeReachable?: ((listener: (reachable: boolean) => void) => void) | undefined;
  bindAddress: string;
  /** 0 takes a free one. */
  securePort: number;
  /** How others reach this server; becomes the endpoint of the Service default/kubernetes. */
  advertiseAddress: string;
  tlsCert: string;
  tlsKey: string;
  clientCa: string;
  authentication?: Partial<AuthenticationOptions> | undefined;
  /** Asked in this order; Node, RBAC, AlwaysAllow or AlwaysDeny. */
  authorizationMode: readonly string[];
  /** Names of admission plugins to run that do not by default. */
  enableAdmissionPlugins: readonly string[];
  /** Names of admission plugins that are not to run. */
  disableAdmissionPlugins: readonly string[];
  /** For the way to the kubelets. */
  kubelet?: { cert: string; key: string; ca?: string | undefined } | undefined;
  /** Kubelets on loopback addresses are connected to: for tests. */
  allowLoopbackNodes: boolean;
  /** All nodes are simulated: what a kubelet would be asked for is refused, and nobody is connected to. */
  withoutKubelets?: boolean | undefined;
  serviceClusterIpRange: string;
  serviceNodePortRange: string;
  maxRequestsInFlight: number;
  maxMutatingRequestsInFlight: number;
  /** Whether FlowSchemas and PriorityLevelConfigurations say who goes first; else the two numbers above alone hold. */
  enablePriorityAndFairness: boolean;
  requestTimeoutMs: number;
  eventTtlSeconds: number;
  /** How often history older than that is compacted; 0 never. */
  compactionIntervalMs: number;
  shutdownGraceMs: number;
  log: Logger;
  health: Health;
  metrics: MetricsRegistry;
}

export const defaults = {
  bindAddress: '0.0.0.0',
  securePort: 6443,
  authorizationMode: ['Node', 'RBAC'],
  enableAdmissionPlugins: [],
  disableAdmissionPlugins: [],
  allowLoopbackNodes: false,
  serviceClusterIpRange: '10.96.0.0/16',
  serviceNodePortRange: '30000-32767',
  maxRequestsInFlight: 400,
  maxMutatingRequestsInFlight: 200,
  enablePriorityAndFairness: true,
  requestTimeoutMs: 60_000,
  eventTtlSeconds: 3_600,
  compactionIntervalMs: 300_000,
  shutdownGraceMs: 5_000,
  /** How often the file of encryption keys is looked at, if it is to be. */
  encryptionReloadMs: 10_000,
};
