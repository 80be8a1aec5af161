import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { Readable, type Duplex } from 'node:stream';
import { badRequest, noSuchPath, tooManyRequests, type StatusError } from '@wherry/apimachinery';
import {
  chooseProtocol,
  offeredProtocols,
  portForwardProtocol,
  portForwardTunnel,
  remoteCommandProtocols,
  webSocketTransport,
  type ChannelProtocol,
} from '@wherry/streaming';
import { authorizeWayIn } from '../authorization/authorize-upgrade.ts';
import { allow, identify, type Identified } from '../http/dispatch.ts';
import { errorAnswer } from '../http/respond.ts';
import type { Registry } from '../registry/registry.ts';
import { acceptWebSocket } from './accept-web-socket.ts';
import type { Connector, Endpoint } from './connector.ts';
import { forwardedHeaders } from './forwarded-headers.ts';
import { kubeletRefusal } from './kubelet-refusal.ts';
import { chooseLogProtocol, logProtocolNames, sendLogs } from './logs-over-web-socket.ts';
import { openLogs } from './logs.ts';
import { proxyHeaders, resolveProxied } from './proxy-target.ts';
import { awaitUpgrade, endWith, join, NotUpgraded, switchingProtocols, type PlainAnswer } from './relay-upgrade.ts';
import { commandStreams, kubeletCommandQuery, portForwardQuery } from './stream-query.ts';
import { findContainer, findPodTarget, kubeletPath, type Target } from './target.ts';
import { translateCommand } from './translate-command.ts';

export interface UpgradeOptions {
  registry: Registry;
  connector: Connector;
  allowLoopback: boolean;
  withoutKubelets?: boolean | undefined;
  /** Aborted when the server stops. */
  stopping: AbortSignal;
  /** Counts and logs, once for each. */
  answered(seen: Identified | undefined, code: number, auditId: string): void;
}

const MAX_UPGRADED = 2_000;
let upgraded = 0;

/** Every upgrade of a connection comes here, after HTTP and before anything is answered. */
export async function handleUpgrade(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  auditId: string,
  options: UpgradeOptions,
): Promise<void> {
  socket.on('error', () => socket.destroy());
  let seen: Identified | undefined;
  upgraded++;
  try {
    seen = identify(request, options.registry);
    authorizeWayIn(allow(seen, options.registry), seen.info, options.registry.authorizer);
    if (upgraded > MAX_UPGRADED)
      throw tooManyRequests('Too many connections are being streamed on, please try again later.', 1);
    const over = await new Upgrade(request, socket, head, seen, options).answer();
    options.answered(seen, 101, auditId);
    await over();
  } catch (error) {
    const answer = answerOf(error);
    options.answered(seen, answer.status, auditId);
    endWith(socket, answer, auditId);
  } finally {
    upgraded--;
  }
}

/** Resolves when the stream is over. */
type Over = () => Promise<void>;

class Upgrade {
  readonly #request: IncomingMessage;
  readonly #socket: Duplex;
  readonly #head: Buffer;
  readonly #seen: Identified;
  readonly #options: UpgradeOptions;

  constructor(request: IncomingMessage, socket: Duplex, head: Buffer, seen: Identified, options: UpgradeOptions) {
    this.#request = request;
    this.#socket = socket;
    this.#head = head;
    this.#seen = seen;
    this.#options = options;
  }

  /** Resolves once the client has its 101. */
  answer(): Promise<Over> {
    const { info } = this.#seen;
    if (info.subresource === 'proxy') return this.#proxy();
    if (info.resource !== 'pods') throw noSuchPath();
    switch (info.subresource) {
      case 'exec':
      case 'attach':
        return this.#command(info.subresource);
      case 'portforward':
        return this.#portForward();
      case 'log':
        return this.#logs();
      default:
        throw noSuchPath();
    }
  }

  async #command(verb: 'exec' | 'attach'): Promise<Over> {
    const { info, query } = this.#seen;
    const { registry } = this.#options;
    const container = query.get('container') ?? '';
    const target = placed(
      info.name,
      await findContainer(registry, info.namespace, info.name, container, this.#options),
    );
    const path = kubeletPath(verb, target, kubeletCommandQuery(verb, query));
    const protocol = this.#isWebSocket() ? this.#channelProtocol() : undefined;
    if (protocol === undefined || !protocol.close) return this.#relay(target.endpoint, path, this.#handshake());
    const { socket } = await this.#dialSpdy(target.endpoint, path, 'v4.channel.k8s.io');
    const client = await this.#accept(protocol.name, socket);
    return () => translateCommand(client, protocol, socket, commandStreams(query), this.#options.stopping);
  }

  async #portForward(): Promise<Over> {
    const { info, query } = this.#seen;
    const target = placed(
      info.name,
      await findPodTarget(this.#options.registry, info.namespace, info.name, this.#options),
    );
    const path = kubeletPath('portForward', target, portForwardQuery(query));
    const offered = offeredProtocols(this.#request.headers['sec-websocket-protocol']);
    if (!this.#isWebSocket() || !offered.includes(portForwardTunnel))
      return this.#relay(target.endpoint, path, this.#handshake());
    const { socket } = await this.#dialSpdy(target.endpoint, path, portForwardProtocol);
    const client = webSocketTransport(await this.#accept(portForwardTunnel, socket));
    return () => join(client, socket, this.#options.stopping);
  }

  async #logs(): Promise<Over> {
    if (!this.#isWebSocket()) throw noSuchPath();
    const offered = offeredProtocols(this.#request.headers['sec-websocket-protocol']);
    const protocol = chooseLogProtocol(offered);
    if (protocol === undefined) throw notServed(offered, logProtocolNames);
    const { registry, connector, stopping } = this.#options;
    const log = await openLogs(this.#seen, registry, connector, this.#options, stopping);
    const stream = log ?? Readable.from([]);
    const client = await this.#accept(protocol.name, stream);
    return () => sendLogs(client, stream, protocol, stopping);
  }

  async #proxy(): Promise<Over> {
    const { info } = this.#seen;
    const proxied = await resolveProxied(this.#options.registry, info, this.#request.url ?? '', this.#options);
    const headers = {
      ...proxyHeaders(this.#request, proxied),
      connection: 'Upgrade',
      upgrade: this.#request.headers.upgrade ?? '',
    };
    return this.#relay(proxied.endpoint, proxied.path, headers);
  }

  /** The handshake goes to the backend and, should that switch, its answer to the client; then bytes both ways. */
  async #relay(endpoint: Endpoint, path: string, headers: OutgoingHttpHeaders): Promise<Over> {
    const { reply, socket } = await this.#dial(endpoint, path, this.#request.method ?? 'GET', headers);
    this.#socket.write(switchingProtocols(reply));
    if (this.#head.length > 0) socket.write(this.#head);
    return () => join(this.#socket, socket, this.#options.stopping);
  }

  async #dial(endpoint: Endpoint, path: string, method: string, headers: OutgoingHttpHeaders) {
    const gone = new AbortController();
    const onClose = () => gone.abort();
    this.#socket.once('close', onClose);
    const signal = AbortSignal.any([gone.signal, this.#options.stopping]);
    const sent = this.#options.connector.open(endpoint, { method, path, headers, upgrade: true, signal });
    try {
      return await awaitUpgrade(sent, endpoint.kubelet ? 'the kubelet' : 'service');
    } finally {
      this.#socket.off('close', onClose);
    }
  }

  /** Of what the kubelet says to our own handshake the client gets the words. */
  async #dialSpdy(endpoint: Endpoint, path: string, version: string) {
    const headers = { connection: 'Upgrade', upgrade: 'SPDY/3.1', 'x-stream-protocol-version': version };
    try {
      return await this.#dial(endpoint, path, 'POST', headers);
    } catch (error) {
      if (!(error instanceof NotUpgraded)) throw error;
      throw kubeletRefusal(error.answer.status, error.answer.body.toString());
    }
  }

  async #accept(protocol: string, backend: Readable) {
    try {
      return await acceptWebSocket(this.#request, this.#socket, this.#head, protocol);
    } catch (error) {
      backend.destroy();
      throw error;
    }
  }

  #isWebSocket(): boolean {
    return (this.#request.headers.upgrade ?? '').toLowerCase() === 'websocket';
  }

  /** Throws 400 in the words of our own choice when nothing that the client offers is served. */
  #channelProtocol(): ChannelProtocol {
    const offered = offeredProtocols(this.#request.headers['sec-websocket-protocol']);
    const protocol = chooseProtocol(offered, remoteCommandProtocols);
    if (protocol !== undefined) return protocol;
    throw notServed(
      offered,
      remoteCommandProtocols.map(({ name }) => name).filter((name) => name !== ''),
    );
  }

  /** Those headers of the client's that the kubelet needs to answer its handshake. */
  #handshake(): OutgoingHttpHeaders {
    const upgrade = this.#request.headers.upgrade ?? '';
    if (!this.#isWebSocket() && upgrade.toLowerCase() !== 'spdy/3.1')
      throw badRequest(`unable to upgrade: upgrades to ${JSON.stringify(upgrade)} are not served`);
    const headers: OutgoingHttpHeaders = { connection: 'Upgrade', upgrade };
    for (const [name, value] of Object.entries(forwardedHeaders(this.#request.headers))) {
      if (/^(sec-websocket-(key|version|protocol)|x-stream-protocol-version)$/.test(name)) headers[name] = value;
    }
    if (headers['sec-websocket-protocol'] === '') delete headers['sec-websocket-protocol'];
    return headers;
  }
}

function notServed(offered: readonly string[], served: readonly string[]): StatusError {
  const names = served.join(', ');
  return badRequest(
    `unable to upgrade: none of the WebSocket protocols ${offered.join(', ')} is served; these are: ${names}`,
  );
}

function placed(name: string, target: Target | undefined): Target {
  if (target === undefined) throw badRequest(`pod ${name} does not have a host assigned`);
  return target;
}

function answerOf(error: unknown): PlainAnswer {
  if (error instanceof NotUpgraded) return error.answer;
  const answer = errorAnswer(error);
  if ('stream' in answer) throw error;
  return { status: answer.status, contentType: answer.contentType, body: Buffer.from(answer.body as string) };
}
