import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';

/** A frame of SPDY, or what kubectl reads from its standard input at once, with room to spare. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

const chosen = new WeakMap<IncomingMessage, string>();
const server = new WebSocketServer({
  noServer: true,
  clientTracking: false,
  maxPayload: MAX_MESSAGE_BYTES,
  perMessageDeflate: false,
});
server.on('headers', (headers, request) => {
  const protocol = chosen.get(request);
  if (protocol !== undefined) headers.push(`Sec-WebSocket-Protocol: ${protocol}`);
});

/** Answers a WebSocket's handshake here, under one of the protocols it offers. Rejects when the handshake is malformed. */
export function acceptWebSocket(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  protocol: string,
): Promise<WebSocket> {
  if (protocol !== '') chosen.set(request, protocol);
  // Chosen already; ws would refuse port-forward's, which has a slash in its name.
  delete request.headers['sec-websocket-protocol'];
  return new Promise((resolve, reject) => {
    const onClose = () => reject(new Error('the client has gone'));
    socket.once('close', onClose);
    // On a malformed handshake ws answers by itself and closes.
    server.handleUpgrade(request, socket, head, (client) => {
      socket.off('close', onClose);
      client.on('error', () => client.terminate());
      resolve(client);
    });
  });
}
