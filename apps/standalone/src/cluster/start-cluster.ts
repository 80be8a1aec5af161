import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlreadyExists, type KubeObject } from '@wherry/apimachinery';
import { serviceAccounts, type Resource } from '@wherry/api';
import { defaults, readServiceAccountKeys, startApiserver, type Apiserver } from '@wherry/apiserver';
import { RestClient, type ClientConfig, type KubeconfigFile } from '@wherry/client';
import { createLogger, Health, type Logger } from '@wherry/daemon';
import { Registry } from '@wherry/daemon/metrics';
import { issue } from '@wherry/pki';
import { openMemoryStore, openStore, type Storage } from '@wherry/store';
import { stringify } from 'yaml';
import { SimulatedNodes } from '../nodes/simulated-nodes.ts';
import { freshIdentity, keptIdentity, makeTokens, type Identity, type Part } from './identity.ts';
import { kubeconfigOf } from './kubeconfig.ts';
import type { ClusterOptions, NodeOptions } from './options.ts';
import { prepareControllers } from './run-controllers.ts';
import { runScheduler } from './run-scheduler.ts';
import { waitFor, type WaitOptions } from './wait-for.ts';

/** A control plane in this process. */
export interface Cluster extends AsyncDisposable {
  /** https://127.0.0.1:PORT */
  readonly url: string;
  /** The administrator's (system:masters). */
  readonly config: ClientConfig;
  readonly client: RestClient;
  /** The administrator's, as an object and as YAML. */
  readonly kubeconfig: KubeconfigFile;
  readonly kubeconfigText: string;
  readonly nodes: SimulatedNodes;
  /** The kubeconfig in a file, for programs; in a temporary one that goes with the cluster unless a path is told. */
  writeKubeconfig(path?: string): Promise<string>;
  /** Somebody else's access, by a client certificate. */
  clientConfig(user: string, groups?: readonly string[]): Promise<ClientConfig>;
  /** Watches an object until the condition holds. */
  waitFor<T extends KubeObject>(
    resource: Resource<T>,
    options: WaitOptions,
    condition: (object: T | undefined) => boolean,
  ): Promise<T | undefined>;
  /** Ends everything that was started, in order; what is stored in a folder stays. */
  stop(): Promise<void>;
}

const lostAfterMs = 40_000;
const backOffMs = { initial: 10_000, max: 300_000 };

/**
 * Starts an apiserver with TLS and RBAC, scheduler, controllers and simulated nodes in this process. Resolves when
 * objects can be created, pods among them. Nothing is shared between clusters, no port is fixed, and nothing is left.
 */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  await using starting = new AsyncDisposableStack();
  const log = options.log ?? silentLogger();
  const { store = 'memory' } = options;
  const [identity, storage] = await Promise.all([
    store === 'memory' ? freshIdentity() : keptIdentity(join(store.path, 'pki')),
    store === 'memory' ? openMemoryStore() : openStore({ path: join(store.path, 'store') }),
  ]);
  starting.use(storage);
  const { tokens, tokenFile } = makeTokens();
  const server = await startServer(options, identity, storage, tokenFile, log);
  starting.defer(() => server.close());
  const configOf = (part: Part): ClientConfig => {
    return { servers: [server.url], ca: identity.servingCa, token: tokens[part] };
  };
  const clientOf = (part: Part): RestClient => starting.use(new RestClient({ ...configOf(part), userAgent: part }));
  const parts = starting.use(new Parts(log));
  const nodes = nodesOf(clientOf('nodes'), options, log);
  parts.run('nodes', (signal) => nodes.run(signal));
  const run = controllersOf(options, identity);
  const client = clientOf('admin');
  await Promise.all([
    nodes.add(nodeNames(options), nodeOptions(options)),
    ...(run === undefined ? [] : [ensureDefaultAccount(client)]),
  ]);
  // Last, so that they do not stand in the way of the first object: they find what there is.
  if (options.scheduler !== false) {
    const own = clientOf('scheduler');
    parts.run('scheduler', (signal) => runScheduler(own, log, signal));
  }
  if (run !== undefined) {
    const own = clientOf('controllers');
    parts.run('controllers', (signal) => run(own, log, signal));
  }

  const running = starting.move();
  const config = configOf('admin');
  const kubeconfig = kubeconfigOf(config);
  const kubeconfigText = stringify(kubeconfig);
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= running.disposeAsync());
  return {
    url: server.url,
    config,
    client,
    kubeconfig,
    kubeconfigText,
    nodes,
    async writeKubeconfig(path) {
      const file = path ?? join(await temporaryFolder(running), 'kubeconfig');
      await writeFile(file, kubeconfigText, { mode: 0o600 });
      return file;
    },
    async clientConfig(user, groups = []) {
      const pair = await issue(identity.clientCa, { commonName: user, organizations: [...groups], usages: ['client'] });
      return { servers: [server.url], ca: identity.servingCa, cert: pair.cert, key: pair.key };
    },
    waitFor: (resource, wait, condition) => waitFor(client, resource, wait, condition),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** What runs beside the apiserver until the cluster stops. */
class Parts implements AsyncDisposable {
  readonly #log: Logger;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>[] = [];

  constructor(log: Logger) {
    this.#log = log;
  }

  run(name: string, work: (signal: AbortSignal) => Promise<void>): void {
    const { signal } = this.#stop;
    const running = work(signal).catch((error: unknown) => {
      // Stopped before it was quite there.
      if (!signal.aborted || (error as Error).name !== 'AbortError') throw error;
    });
    // Thrown again at the end; nobody may be waiting for it before.
    running.catch((error: unknown) => this.#log.error({ err: error, part: name }, 'part ended'));
    this.#running.push(running);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    const ended = await Promise.allSettled(this.#running);
    const failed = ended.filter((one) => one.status === 'rejected');
    if (failed.length > 0)
      throw new AggregateError(
        failed.map(({ reason }) => reason),
        'a part of the cluster has failed',
      );
  }
}

function startServer(
  options: ClusterOptions,
  identity: Identity,
  storage: Storage,
  tokenFile: string,
  log: Logger,
): Promise<Apiserver> {
  const serviceAccounts = readServiceAccountKeys({
    issuers: ['https://kubernetes.default.svc.cluster.local'],
    signingKey: identity.accountKey,
    keys: [],
  });
  const withoutControllers = options.controllers === false ? ['ServiceAccount', 'TaintNodesByCondition'] : [];
  const { disableAdmissionPlugins = [], authentication, ...given } = options.apiserver ?? {};
  return startApiserver({
    ...defaults,
    bindAddress: '127.0.0.1',
    securePort: options.port ?? 0,
    // Loopback is no valid endpoint; nothing connects to this one (RFC 5737).
    advertiseAddress: '192.0.2.1',
    tlsCert: identity.serving.cert,
    tlsKey: identity.serving.key,
    clientCa: identity.clientCa.cert,
    authentication: { serviceAccounts, bootstrapTokens: true, ...authentication, tokenFile },
    allowLoopbackNodes: true,
    withoutKubelets: true,
    shutdownGraceMs: 1_000,
    log,
    health: new Health(),
    metrics: new Registry(),
    ...given,
    disableAdmissionPlugins: [...disableAdmissionPlugins, ...withoutControllers],
    storage,
  });
}

function controllersOf(options: ClusterOptions, identity: Identity) {
  const { controllers = true } = options;
  if (controllers === false) return undefined;
  const lostMs = nodeOptions(options).lostAfterMs ?? lostAfterMs;
  const timing = { nodeMonitorGracePeriod: lostMs, nodeMonitorPeriod: Math.min(5_000, lostMs / 8) };
  return prepareControllers({ ...timing, ...(controllers === true ? {} : controllers) }, identity);
}

function nodesOf(client: RestClient, options: ClusterOptions, log: Logger): SimulatedNodes {
  const {
    pods,
    lostAfterMs: lostMs = lostAfterMs,
    restartBackOffMs: initialMs = backOffMs.initial,
  } = nodeOptions(options);
  return new SimulatedNodes(
    client,
    {
      behaviour: pods,
      backOff: { initialMs, maxMs: Math.max(backOffMs.max, initialMs) },
      heartbeatMs: lostMs / 4,
      leaseDurationSeconds: Math.max(1, Math.round(lostMs / 1000)),
    },
    log,
  );
}

function nodeOptions({ nodes = 1 }: ClusterOptions): NodeOptions {
  return typeof nodes === 'number' ? { count: nodes } : nodes;
}

function nodeNames(options: ClusterOptions): string[] {
  const { count = 1, namePrefix = 'node-' } = nodeOptions(options);
  return Array.from({ length: count }, (_, index) => `${namePrefix}${index}`);
}

/** The controller would make it soon; pods can be created at once if it is there. */
async function ensureDefaultAccount(client: RestClient): Promise<void> {
  try {
    await client.resource(serviceAccounts).create({ metadata: { name: 'default', namespace: 'default' } });
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
}

async function temporaryFolder(until: AsyncDisposableStack): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'wherry-standalone-'));
  until.defer(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

function silentLogger(): Logger {
  const log = createLogger('standalone');
  log.level = 'silent';
  return log;
}
