import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { ContainerStatus } from '@wherry/api';
import {
  portForwardProtocol,
  portForwardProtocols,
  remoteCommandProtocols,
  spdyRemoteCommandProtocols,
} from '@wherry/streaming';
import type { Logger } from '../logger.ts';
import type { PodManager } from '../pod-manager.ts';
import { allContainers } from '../pod/facts.ts';
import { newestOf, type ObservedContainer } from '../pod/observed.ts';
import type { NodeParts } from '../worker/node.ts';
import type { PodWorker } from '../worker/pod-worker.ts';
import { serveAttach, serveExec } from './exec.ts';
import { logOptions, readLogs } from './logs.ts';
import { PodDialer } from './pod-dialer.ts';
import { forwardChannels, forwardedPorts, PortForwardPairs, type ForwardedPod } from './port-forward.ts';
import { Refusal } from './refusal.ts';
import { channelSession, SpdyStreams, streamOptions, type RemoteSession } from './remote-session.ts';
import { summary } from './summary.ts';
import { upgradeKind, Upgrader } from './upgrade.ts';

export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  /** PEM texts. */
  readonly cert: string;
  readonly key: string;
  /** Whoever this CA signed may call, if it is the apiserver or an administrator. */
  readonly clientCa: string | undefined;
  readonly parts: NodeParts;
  readonly manager: PodManager;
  readonly log: Logger;
  metrics(): Promise<{ contentType: string; text: string }>;
}

const verbs = new Set(['containerLogs', 'exec', 'attach']);
const STREAM_IDLE_MS = 4 * 3_600_000;

/** The kubelet's HTTPS API: the apiserver's way to logs, exec, attach and port-forward. Every request needs a client certificate. */
export class KubeletServer {
  readonly #options: ServerOptions;
  readonly #server: Server;
  readonly #upgrader = new Upgrader();
  readonly #dialer = new PodDialer();
  readonly #upgraded = new Set<Duplex>();

  constructor(options: ServerOptions) {
    this.#options = options;
    const { cert, key, clientCa } = options;
    // Refused by us rather than in the handshake, so that the caller reads why.
    const tls = { cert, key, minVersion: 'TLSv1.2', requestCert: true, rejectUnauthorized: false } as const;
    const trust = clientCa === undefined ? {} : { ca: clientCa };
    this.#server = createServer({ ...tls, ...trust }, (request, response) => void this.#answer(request, response));
    this.#server.on('upgrade', (request, socket: Duplex, head) => void this.#upgrade(request, socket, head));
    this.#server.maxConnections = 1_000;
  }

  async listen(signal: AbortSignal): Promise<void> {
    const { host, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, resolve);
    });
    const close = (): void => {
      this.#server.close();
      this.#server.closeAllConnections();
      this.#upgrader.close();
      for (const socket of this.#upgraded) socket.destroy();
      this.#dialer.close();
    };
    signal.addEventListener('abort', close, { once: true });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      this.#authorize(request);
      await this.#route(request, response);
    } catch (error) {
      const code = error instanceof Refusal ? error.code : 500;
      if (code === 500) this.#options.log.warn({ event: 'requestFailed', url: request.url, err: error });
      if (response.headersSent) response.destroy();
      else send(response, code, 'text/plain; charset=utf-8', `${(error as Error).message}\n`);
    }
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    this.#upgraded.add(socket);
    socket.once('close', () => this.#upgraded.delete(socket));
    (socket as TLSSocket).setTimeout(STREAM_IDLE_MS, () => socket.destroy());
    try {
      this.#authorize(request);
      const verb = (request.url ?? '').split('/')[1] ?? '';
      if (verb === 'portForward') this.#forwardPorts(request, socket, head);
      else await this.#command(request, socket, head);
    } catch (error) {
      const { code, headers = {} } =
        error instanceof Refusal ? (error as Refusal & { headers?: object }) : { code: 500 };
      if (code === 500) this.#options.log.warn({ event: 'streamFailed', url: request.url, err: error });
      const body = (error as Error).message;
      const lines = [
        `HTTP/1.1 ${code} Refused`,
        'content-type: text/plain; charset=utf-8',
        `content-length: ${Buffer.byteLength(body)}`,
        'connection: close',
        ...Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`),
      ];
      if (!socket.destroyed) socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
    }
  }

  /** exec and attach. */
  async #command(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { verb, query, name, instance, tty, stdinOnce } = this.#target(request);
    if (verb !== 'exec' && verb !== 'attach') throw new Refusal(404, '404 page not found');
    if (instance?.state !== 'running') throw new Refusal(404, `container not found ("${name}")`);
    const options = streamOptions(query);
    const { patient } = this.#options.parts;
    const serve = (session: RemoteSession): Promise<void> =>
      verb === 'exec'
        ? serveExec(patient, instance.id, query.getAll('command'), options, session)
        : serveAttach(patient, instance.id, { tty, stdinOnce }, options, session);
    if (upgradeKind(request) === 'websocket') {
      this.#upgrader.webSocket(request, socket, head, remoteCommandProtocols, (channels, protocol) => {
        this.#watch(verb, socket, serve(channelSession(channels, protocol, options)));
      });
      return;
    }
    const streams = new SpdyStreams();
    const { connection, version } = this.#upgrader.spdy(
      request,
      socket,
      head,
      spdyRemoteCommandProtocols,
      'channel.k8s.io',
      streams.take,
    );
    this.#watch(verb, socket, streams.session(connection, version, options).then(serve));
  }

  #forwardPorts(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const url = new URL(request.url ?? '/', 'https://kubelet');
    const [, , namespace = '', name = ''] = url.pathname.split('/').map(decodeURIComponent);
    const pod = this.#forwarded(namespace, name);
    if (upgradeKind(request) === 'websocket') {
      const ports = forwardedPorts(url.searchParams);
      this.#upgrader.webSocket(request, socket, head, portForwardProtocols, (channels) => {
        this.#watch('portForward', socket, forwardChannels(pod, ports, channels));
      });
      return;
    }
    const pairs = new PortForwardPairs(pod);
    this.#upgrader.spdy(request, socket, head, [portForwardProtocol], undefined, pairs.take);
  }

  #forwarded(namespace: string, name: string): ForwardedPod {
    const worker = this.#options.manager.find(namespace, name);
    if (worker === undefined) throw new Refusal(404, `pod "${name}" does not exist`);
    const [sandbox] = this.#options.parts.world.pod(worker.uid).sandboxes;
    if (sandbox === undefined || !sandbox.running) throw new Refusal(404, `pod "${name}" is not running`);
    const onHost = worker.pod.spec.hostNetwork === true;
    return {
      name,
      uid: worker.uid,
      dial: (port) => (onHost ? this.#dialer.dialHost(port) : this.#dialer.dial(sandbox.id, sandbox.pid, port)),
    };
  }

  #watch(verb: string, socket: Duplex, session: Promise<void>): void {
    session.catch((error: unknown) => {
      this.#options.log.warn({ event: 'streamFailed', verb, err: error });
      socket.destroy();
    });
  }

  #authorize(request: IncomingMessage): void {
    const socket = request.socket as TLSSocket;
    if (this.#options.clientCa === undefined || !socket.authorized) throw new Refusal(401, 'Unauthorized');
    const { subject } = socket.getPeerCertificate();
    const organizations = ([] as string[]).concat((subject?.O as string | string[] | undefined) ?? []);
    if (subject?.CN === 'kube-apiserver-kubelet-client' || organizations.includes('system:masters')) return;
    throw new Refusal(403, `Forbidden (user=${String(subject?.CN)}, verb=${request.method}, resource=nodes)`);
  }

  #target(request: IncomingMessage): {
    verb: string;
    query: URLSearchParams;
    worker: PodWorker;
    name: string;
    instance: ObservedContainer | undefined;
    tty: boolean;
    stdinOnce: boolean;
  } {
    const url = new URL(request.url ?? '/', 'https://kubelet');
    const [, verb = '', namespace = '', pod = '', name = ''] = url.pathname.split('/').map(decodeURIComponent);
    if (!verbs.has(verb)) throw new Refusal(404, '404 page not found');
    const worker = this.#options.manager.find(namespace, pod);
    if (worker === undefined) throw new Refusal(404, `pod "${pod}" does not exist`);
    const container = allContainers(worker.pod).find((candidate) => candidate.name === name);
    if (container === undefined) throw new Refusal(404, `container not found in pod: ${name}`);
    const instance = newestOf(this.#options.parts.world.pod(worker.uid), name);
    const { tty = false, stdinOnce = false } = container;
    return { verb, query: url.searchParams, worker, name, instance, tty, stdinOnce };
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'https://kubelet');
    const { manager, parts } = this.#options;
    if (pathname === '/healthz') return send(response, 200, 'text/plain; charset=utf-8', 'ok');
    if (pathname === '/pods' || pathname === '/pods/') {
      const items = manager.pods.map((pod) => ({ ...pod, apiVersion: 'v1', kind: 'Pod' }));
      return send(
        response,
        200,
        'application/json',
        JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items }),
      );
    }
    if (pathname === '/metrics') {
      const { contentType, text } = await this.#options.metrics();
      return send(response, 200, contentType, text);
    }
    if (pathname === '/stats/summary') {
      return send(response, 200, 'application/json', JSON.stringify(await summary(parts, manager.pods)));
    }
    await this.#logs(request, response);
  }

  async #logs(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { verb, query, worker, name, tty } = this.#target(request);
    if (verb !== 'containerLogs') throw new Refusal(400, 'Upgrade request required');
    const { patient, world, now } = this.#options.parts;
    const previous = ['1', 'true'].includes(query.get('previous') ?? '');
    const wanted = logSource(worker, name, previous);
    const instance = world.pod(worker.uid).containers.find((c) => `docker://${c.id}` === wanted);
    if (instance === undefined) throw new Refusal(400, whyNoLogs(worker, name, previous));
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', 'transfer-encoding': 'chunked' });
    response.flushHeaders();
    for await (const piece of readLogs(patient, instance.id, tty, logOptions(query, now()), gone.signal)) {
      if (gone.signal.aborted) return;
      if (!response.write(piece))
        await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
    }
    response.end();
  }
}

/** The container that is meant: while one waits to be started again, that is the one that ended last. */
function logSource(worker: PodWorker, name: string, previous: boolean): string | undefined {
  const found = statusOf(worker, name);
  const last = found?.lastState?.terminated?.containerID;
  if (previous || found?.state?.waiting !== undefined) return last;
  return found?.containerID;
}

function statusOf(worker: PodWorker, name: string): ContainerStatus | undefined {
  const { containerStatuses = [], initContainerStatuses = [], ephemeralContainerStatuses = [] } = worker.status();
  const all = [...containerStatuses, ...initContainerStatuses, ...ephemeralContainerStatuses];
  return all.find((status) => status.name === name);
}

function whyNoLogs(worker: PodWorker, name: string, previous: boolean): string {
  const pod = worker.pod.metadata.name;
  if (previous) return `previous terminated container "${name}" in pod "${pod}" not found`;
  const found = statusOf(worker, name);
  const { reason = 'ContainerCreating', message = '' } = found?.state?.waiting ?? {};
  const image = ['ErrImagePull', 'ImagePullBackOff', 'ErrImageNeverPull', 'InvalidImageName'].includes(reason);
  if (image) return `container "${name}" in pod "${pod}" is waiting to start: trying and failing to pull image`;
  return `container "${name}" in pod "${pod}" is waiting to start: ${reason === '' ? message : reason}`;
}

function send(response: ServerResponse, code: number, contentType: string, body: string): void {
  response.writeHead(code, { 'content-type': contentType });
  response.end(body);
}
