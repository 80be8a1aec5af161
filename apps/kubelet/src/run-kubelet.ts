import { mkdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { nodes, pods, services, type Node } from '@wherry/api';
import { EventRecorder, Informer, loadKubeconfig, RestClient } from '@wherry/client';
import { serveHealth, type DaemonContext } from '@wherry/daemon';
import { Iptables } from '@wherry/node-iptables';
import { openEngine } from './docker/engine.ts';
import { followEvents } from './docker/events.ts';
import { ensurePauseImage } from './docker/pause-image.ts';
import { World } from './docker/world.ts';
import { Images } from './images/images.ts';
import { BridgeNetwork } from './network/bridge.ts';
import { lowestOomScore, nodeAddress, nodeNameOf, readHost } from './node/host.ts';
import { nodeImages } from './node/images.ts';
import { runHeartbeat } from './node/lease.ts';
import { registerMetrics } from './node/metrics.ts';
import { NodeAgent } from './node/node-agent.ts';
import { nodeStatus, parseTaint, type NodeInput } from './node/node-object.ts';
import type { flags } from './options.ts';
import { PodManager } from './pod-manager.ts';
import { Prober } from './probes/prober.ts';
import { KubeletServer } from './server/server.ts';
import { servingCertificate } from './server/serving-certificate.ts';
import { Objects } from './volumes/objects.ts';
import { Tokens } from './volumes/tokens.ts';
import { Volumes } from './volumes/volumes.ts';
import { recordContainerEvent } from './worker/record.ts';
import type { NodeParts } from './worker/node.ts';
import { StatusWriter } from './worker/status-writer.ts';

type Context = DaemonContext<typeof flags>;

/** Puts the kubelet's parts together and runs them until the signal ends. */
export async function runKubelet(context: Context): Promise<void> {
  const { flags: options, log, signal, health } = context;
  const now = Date.now;
  const docker = openEngine(options.containerRuntimeEndpoint, options.runtimeRequestTimeout);
  const patient = openEngine(options.containerRuntimeEndpoint);
  await mkdir(options.rootDir, { recursive: true, mode: 0o750 });
  const nodeName = nodeNameOf(options.hostnameOverride);
  const address = await nodeAddress(options.nodeIp);
  const host = await readHost(docker, options.rootDir);
  const pauseReady = ensurePauseImage(docker, options.podInfraContainerImage);

  await using client = new RestClient(loadKubeconfig({ path: options.kubeconfig }).config);
  const recorder = new EventRecorder(client, 'kubelet', {
    host: nodeName,
    onError: (error) => log.warn({ event: 'eventNotWritten', err: error }),
  });

  let network: BridgeNetwork | undefined;
  let engineUp = true;
  const observe = async (): Promise<NodeInput> => ({
    name: nodeName,
    address,
    host,
    maxPods: options.maxPods,
    port: options.port,
    images: engineUp ? await nodeImages(docker) : [],
    notReady: [...(engineUp ? [] : ['container runtime is down']), ...(network === undefined ? [networkNotReady] : [])],
  });
  const agent = new NodeAgent({
    client,
    log,
    labels: options.nodeLabels,
    taints: options.registerWithTaints.map(parseTaint),
    checkEveryMs: options.nodeStatusUpdateFrequency,
    reportEveryMs: options.nodeStatusReportFrequency,
    now,
    observe,
  });

  const owner = { home: options.home || options.rootDir, node: nodeName };
  const world: World = new World(docker, owner, { address: (uid, attempt) => network?.address(uid, attempt) }, (uid) =>
    manager.wake(uid),
  );
  const serviceInformer = new Informer(client, services);
  const parts: NodeParts = {
    client,
    docker,
    patient,
    world,
    images: new Images(patient, now),
    volumes: new Volumes(options.rootDir),
    objects: new Objects(client, log, (uid) => manager.refreshVolumes(uid)),
    tokens: new Tokens(client, log, (uid) => manager.refreshVolumes(uid), now),
    prober: new Prober(patient, {
      changed: (uid) => manager.wake(uid),
      failed: ({ pod, container }, kind, message) => {
        const word = `${kind[0]?.toUpperCase()}${kind.slice(1)}`;
        recordContainerEvent(parts, pod, container.name, 'Warning', 'Unhealthy', `${word} probe failed: ${message}`);
      },
    }),
    statuses: new StatusWriter(client, log),
    recorder,
    log,
    owner,
    rootDir: options.rootDir,
    pauseImage: options.podInfraContainerImage,
    limits: { memoryBytes: host.memoryBytes, lowestOomScore: await lowestOomScore() },
    dns: {
      clusterDns: options.clusterDns,
      clusterDomain: options.clusterDomain,
      resolvConf: options.resolvConf,
    },
    nodeName,
    hostIPs: [address],
    allocatable: nodeStatus(await observe(), undefined, '').allocatable ?? {},
    now,
    services: () => serviceInformer.store.list(),
    network: () => network,
  };
  const manager: PodManager = new PodManager(parts, options.maxPods);

  registerMetrics(context.metrics, world, nodeName);
  await serve(context, parts, manager, address);
  const node = await agent.register(signal);
  log.info({ event: 'nodeKnown', node: nodeName, address });
  const nodeInformer = new Informer(client, nodes, { fieldSelector: `metadata.name=${nodeName}` });
  const podInformer = new Informer(client, pods, { fieldSelector: `spec.nodeName=${nodeName}` });
  const running: Promise<void>[] = [
    nodeInformer.run(signal),
    serviceInformer.run(signal),
    runHeartbeat(
      {
        client,
        log,
        node: { name: nodeName, uid: () => node.metadata.uid ?? '' },
        durationSeconds: options.nodeLeaseDurationSeconds,
        now,
      },
      signal,
    ),
    agent.run(signal),
  ];

  const podCidr = options.podCidr || (await waitForPodCidr(nodeInformer, signal));
  const iptables = await Iptables.open();
  const opened = await BridgeNetwork.open({
    dir: `${options.rootDir}/network`,
    podCidr,
    clusterCidr: options.clusterCidr,
    mtu: options.networkMtu,
    iptables,
    log,
  });
  network = opened;
  agent.changed();
  log.info({ event: 'networkReady', podCidr });
  await Promise.all([world.relist(), pauseReady, serviceInformer.waitForSync(signal)]);

  podInformer.addHandler({
    onAdd: (pod) => manager.set(pod),
    onUpdate: (_, pod) => manager.set(pod),
    onDelete: (pod) => manager.remove(pod),
  });
  running.push(
    podInformer.run(signal),
    followEvents(
      patient,
      owner,
      {
        changed: (id) =>
          void world.refresh(id).catch((error: unknown) => log.warn({ event: 'inspectFailed', id, err: error })),
        opened: () => {
          if (!engineUp) {
            engineUp = true;
            agent.changed();
            log.info({ event: 'engineBack' });
          }
          void world.relist().catch((error: unknown) => log.warn({ event: 'relistFailed', err: error }));
        },
        failed: (error) => {
          // Said once, not at every try to reach it again.
          if (!engineUp) return;
          engineUp = false;
          agent.changed();
          log.warn({ event: 'engineLost', err: error });
        },
      },
      signal,
    ),
    keepRelisting(context, world, opened),
  );
  await podInformer.waitForSync(signal);
  await manager.synced();
  health.addCheck('syncloop', () => true);
  await Promise.all(running);
}

/** The HTTPS API for the apiserver, and plain health for whoever is on this host. */
async function serve(context: Context, parts: NodeParts, manager: PodManager, address: string): Promise<void> {
  const { flags: options, log, signal, health, metrics } = context;
  const files = { cert: options.tlsCertFile, key: options.tlsPrivateKeyFile };
  const certDir = options.certDir || `${options.rootDir}/pki`;
  const { cert, key } = await servingCertificate(files, certDir, { name: parts.nodeName, address });
  const clientCa = options.clientCaFile === '' ? undefined : await readFile(options.clientCaFile, 'utf8');
  const server = new KubeletServer({
    host: options.address,
    port: options.port,
    cert,
    key,
    clientCa,
    parts,
    manager,
    log,
    metrics: async () => ({ contentType: metrics.contentType, text: await metrics.metrics() }),
  });
  await server.listen(signal);
  if (options.healthzPort === 0) return;
  const plain = await serveHealth({ host: options.healthzBindAddress, port: options.healthzPort, health });
  signal.addEventListener('abort', () => void plain.close(), { once: true });
}

const networkNotReady =
  'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:the node has no pod range yet';

/** The safety net under events: everything is looked at again from time to time. */
async function keepRelisting(
  { flags: options, log, signal }: Context,
  world: World,
  network: BridgeNetwork,
): Promise<void> {
  while (!signal.aborted) {
    await sleep(options.relistPeriod, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    await Promise.all([world.relist(), network.ensure()]).catch((error: unknown) =>
      log.warn({ event: 'relistFailed', err: error }),
    );
  }
}

/** Given by the controller-manager once the node is registered. */
async function waitForPodCidr(informer: Informer<Node>, signal: AbortSignal): Promise<string> {
  const found = Promise.withResolvers<string>();
  const look = (node: Node): void => {
    if (node.spec.podCIDR) found.resolve(node.spec.podCIDR);
  };
  informer.addHandler({ onAdd: look, onUpdate: (_, node) => look(node) });
  signal.addEventListener('abort', () => found.reject(signal.reason as Error), { once: true });
  return found.promise;
}
