import { Socket } from 'node:net';

/**
 * Runs in the network namespace of a pod, for as long as the kubelet holds the channel: it connects to ports on the
 * loopback there and hands the open connections over. No byte of theirs passes through here.
 */
interface Request {
  id: number;
  port: number;
}

const CONNECT_TIMEOUT_MS = 10_000;

process.on('message', ({ id, port }: Request) => {
  connect('127.0.0.1', port)
    .catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') return connect('::1', port).catch(() => Promise.reject(error));
      throw error;
    })
    .then(
      (socket) => process.send?.({ id }, socket),
      (error: Error) => process.send?.({ id, error: error.message }),
    );
});
process.once('disconnect', () => process.exit(0));

function connect(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = new Socket();
    // What the server says first is for the kubelet to read.
    socket.pause();
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy(new Error(`connect to ${host}:${port}: timed out`)));
    socket.once('error', reject);
    socket.connect(port, host, () => {
      socket.setTimeout(0);
      resolve(socket);
    });
  });
}
