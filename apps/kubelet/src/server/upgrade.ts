import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  acceptedVersionsHeader,
  ChannelSocket,
  chooseProtocol,
  chooseVersion,
  offeredProtocols,
  offeredVersions,
  protocolVersionHeader,
  SpdyConnection,
  type ChannelProtocol,
  type SpdyStream,
} from '@wherry/streaming';
import { WebSocketServer } from 'ws';
import { Refusal } from './refusal.ts';

const MAX_MESSAGE_BYTES = 1 << 20;

export type UpgradeKind = 'websocket' | 'spdy';

/** Throws 400 for what cannot be upgraded to. */
export function upgradeKind(request: IncomingMessage): UpgradeKind {
  const wanted = (request.headers.upgrade ?? '').toLowerCase();
  if (wanted === 'websocket') return 'websocket';
  if (wanted === 'spdy/3.1') return 'spdy';
  throw new Refusal(
    400,
    `unable to upgrade: missing upgrade headers in request: Upgrade is ${JSON.stringify(request.headers.upgrade ?? '')}`,
  );
}

/** The handshakes of WebSocket and SPDY. */
export class Upgrader {
  readonly #webSockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
    handleProtocols: (_offered, request) => this.#chosen.get(request) || false,
  });
  readonly #chosen = new WeakMap<IncomingMessage, string>();

  /** Throws 400 when no protocol of the client's is served. */
  webSocket(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    served: readonly ChannelProtocol[],
    use: (channels: ChannelSocket, protocol: ChannelProtocol) => void,
  ): void {
    const offered = offeredProtocols(request.headers['sec-websocket-protocol']);
    const protocol = chooseProtocol(offered, served);
    if (protocol === undefined) {
      const names = served.map(({ name }) => name).filter((name) => name !== '');
      throw new Refusal(
        400,
        `unable to upgrade: none of the protocols ${offered.join(', ')} is served; these are: ${names.join(', ')}`,
      );
    }
    this.#chosen.set(request, protocol.name);
    this.#webSockets.handleUpgrade(request, socket, head, (client) =>
      use(new ChannelSocket(client, protocol), protocol),
    );
  }

  /**
   * Throws 403 when no version of the client's is served. A client that names none is understood to speak `unnamed`,
   * and refused when there is no such.
   */
  spdy(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    served: readonly string[],
    unnamed: string | undefined,
    onStream: (stream: SpdyStream) => void,
  ): { connection: SpdyConnection; version: string } {
    const offered = offeredVersions(request.headers[protocolVersionHeader]);
    const version = offered.length === 0 ? unnamed : chooseVersion(offered, served);
    if (version === undefined) {
      const said = `unable to upgrade: unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${served.join(' ')}]`;
      throw Object.assign(new Refusal(403, said), { headers: { [acceptedVersionsHeader]: served.join(', ') } });
    }
    const lines = ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: SPDY/3.1'];
    if (offered.length > 0) lines.push(`X-Stream-Protocol-Version: ${version}`);
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    if (head.length > 0) socket.unshift(head);
    return { connection: new SpdyConnection('server', socket, onStream), version };
  }

  close(): void {
    for (const socket of this.#webSockets.clients) socket.terminate();
  }
}
