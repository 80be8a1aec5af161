import { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';

/** The subprotocol under which a WebSocket carries the bytes of a SPDY connection, as port-forward does. */
export const portForwardTunnel = 'SPDY/3.1+portforward.k8s.io';

/** The bytes in the binary messages of a WebSocket, as a connection. */
export function webSocketTransport(socket: WebSocket): Duplex {
  const transport = new Duplex({
    read: () => socket.resume(),
    write: (chunk: Buffer, _encoding, done) => {
      if (socket.readyState !== socket.OPEN) return done(new Error('the WebSocket is closed'));
      socket.send(chunk, { binary: true }, done);
    },
    final: (done) => {
      socket.close(1000);
      done();
    },
    destroy: (error, done) => {
      socket.terminate();
      done(error);
    },
  });
  socket.on('message', (data) => {
    if (transport.destroyed || transport.readableEnded) return;
    if (!transport.push(Buffer.isBuffer(data) ? data : Buffer.from(data as ArrayBuffer))) socket.pause();
  });
  socket.once('close', () => {
    if (transport.destroyed) return;
    transport.push(null);
    transport.end();
  });
  socket.on('error', (error) => transport.destroy(error));
  transport.on('error', () => undefined);
  return transport;
}
