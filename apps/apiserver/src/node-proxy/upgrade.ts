import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { badRequest, internalError, noSuchPath, statusError, unauthorized } from '@wherry/apimachinery';
import { authorizeUpgrade } from '../authorization/authorize-upgrade.ts';
import type { User } from '../http/context.ts';
import { identify } from '../http/dispatch.ts';
import type { RequestInfo } from '../http/request-info.ts';
import { statusOf } from '../http/respond.ts';
import type { Registry } from '../registry/registry.ts';
import { kubeletPath, type KubeletConnector } from './kubelet-request.ts';
import { refusalOf } from './logs.ts';
import { findTarget, type Target } from './target.ts';

export interface UpgradeOptions {
  registry: Registry;
  connector: KubeletConnector;
  allowLoopback: boolean;
  /** Aborted when the server stops. */
  stopping: AbortSignal;
  answered(info: RequestInfo, user: User, code: number): void;
}

const protocols = new Set(['v5.channel.k8s.io', 'v4.channel.k8s.io']);
const streamed = new Set(['exec', 'attach']);
const STREAM_IDLE_MS = 4 * 3_600_000;
/** Headers that belong to the handshake and go through unchanged. */
const handshake = ['sec-websocket-key', 'sec-websocket-version', 'sec-websocket-protocol'];

/** Every upgrade of a connection comes here; it is passed to the kubelet, whose 101 alone makes it one. */
export async function handleUpgrade(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  options: UpgradeOptions,
): Promise<void> {
  socket.on('error', () => socket.destroy());
  try {
    const { info, query, user } = identify(request, options.registry);
    if (user === undefined) throw unauthorized('Unauthorized');
    authorizeUpgrade(user, info, options.registry.authorizer);
    if (!info.isResource || info.resource !== 'pods' || !streamed.has(info.subresource)) throw noSuchPath();
    const target = await findTarget(options.registry, info.namespace, info.name, query.get('container') ?? '', options);
    if (target === undefined) throw badRequest(`pod ${info.name} does not have a host assigned`);
    const path = kubeletPath(info.subresource, target, streamQuery(info.subresource, query));
    // Last: a client that tries another protocol when it is refused gets to know what else is wrong.
    checkProtocol(request);
    await connect(request, socket, head, target, path, options);
    options.answered(info, user, 101);
  } catch (error) {
    refuse(socket, error);
  }
}

function checkProtocol(request: IncomingMessage): void {
  const upgrade = (request.headers.upgrade ?? '').toLowerCase();
  if (upgrade !== 'websocket') {
    throw statusError(
      400,
      'BadRequest',
      `upgrades to ${JSON.stringify(upgrade)} are not served: use WebSocket, as kubectl does since 1.31`,
    );
  }
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  if (!offered.some((name) => protocols.has(name))) {
    throw badRequest(
      `unable to upgrade: none of the WebSocket protocols ${offered.join(', ')} is served; these are: ${[...protocols].join(', ')}`,
    );
  }
}

/** The kubelet's own names for what is streamed. Throws 400 when nothing would be. */
function streamQuery(subresource: string, query: URLSearchParams): URLSearchParams {
  const isOn = (name: string) => ['true', '1'].includes(query.get(name) ?? '');
  const result = new URLSearchParams();
  const names = { stdin: 'input', stdout: 'output', stderr: 'error', tty: 'tty' };
  for (const [ours, kubelets] of Object.entries(names)) if (isOn(ours)) result.set(kubelets, '1');
  if (!isOn('stdin') && !isOn('stdout') && !isOn('stderr'))
    throw badRequest('you must specify at least one of stdin, stdout, stderr');
  if (subresource === 'exec') {
    const command = query.getAll('command');
    if (command.length === 0) throw badRequest('you must specify a command for exec');
    for (const part of command) result.append('command', part);
  }
  return result;
}

async function connect(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  target: Target,
  path: string,
  options: UpgradeOptions,
): Promise<void> {
  const headers: Record<string, string> = { connection: 'Upgrade', upgrade: 'websocket' };
  for (const name of handshake) {
    const value = request.headers[name];
    if (typeof value === 'string') headers[name] = value;
  }
  const gone = new AbortController();
  const onClose = () => gone.abort();
  socket.once('close', onClose);
  const sent = options.connector.open(target, path, headers, {
    upgrade: true,
    signal: AbortSignal.any([gone.signal, options.stopping]),
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  sent.once('upgrade', (reply, backend, backendHead) => {
    socket.off('close', onClose);
    join(socket, backend, reply, head, backendHead, options.stopping);
    resolve();
  });
  sent.once('response', (reply) => {
    refusalOf(reply).then(reject, reject);
  });
  sent.once('error', (error) => reject(internalError(`error trying to reach the kubelet: ${error.message}`)));
  sent.end();
  await promise;
}

/** From here on bytes go both ways as they are, until either side ends. */
function join(
  client: Duplex,
  backend: Duplex,
  reply: IncomingMessage,
  head: Buffer,
  backendHead: Buffer,
  stopping: AbortSignal,
): void {
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: websocket'];
  for (const name of ['sec-websocket-accept', 'sec-websocket-protocol']) {
    const value = reply.headers[name];
    if (typeof value === 'string') lines.push(`${name}: ${value}`);
  }
  client.write(`${lines.join('\r\n')}\r\n\r\n`);
  if (backendHead.length > 0) client.write(backendHead);
  if (head.length > 0) backend.write(head);
  const end = () => {
    client.destroy();
    backend.destroy();
    stopping.removeEventListener('abort', end);
  };
  for (const socket of [client, backend]) {
    socket.on('error', end);
    socket.once('close', end);
    const { setTimeout: setIdle } = socket as { setTimeout?: (ms: number, onIdle: () => void) => void };
    setIdle?.call(socket, STREAM_IDLE_MS, end);
  }
  stopping.addEventListener('abort', end, { once: true });
  client.pipe(backend);
  backend.pipe(client);
}

function refuse(socket: Duplex, error: unknown): void {
  const status = statusOf(error);
  const code = status.code ?? 500;
  const body = `${JSON.stringify(status)}\n`;
  const lines = [
    `HTTP/1.1 ${code} ${status.reason ?? 'Error'}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  if (!socket.destroyed) socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}
