import { createSocket } from 'node:dgram';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';

/**
 * Runs inside one network namespace: serves ports and asks others, as told by JSON lines on standard input. A server
 * answers every client with "<its name> <the client's address as it sees it>".
 */
interface Order {
  readonly id: number;
  readonly op: 'serve' | 'ask';
  readonly protocol: 'tcp' | 'udp';
  readonly host: string;
  readonly port: number;
  readonly name: string;
  readonly timeoutMs: number;
  /** UDP only; 0 takes any. */
  readonly sourcePort: number;
}

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line) as Order;
  const work = order.op === 'serve' ? serve(order) : ask(order);
  work.then(
    (reply) => answer({ id: order.id, reply }),
    (error: NodeJS.ErrnoException) => answer({ id: order.id, error: error.code ?? error.message }),
  );
}
// Whoever gave the orders is gone.
process.exit();

function answer(message: unknown): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

function serve({ protocol, port, name }: Order): Promise<string> {
  return new Promise((resolve, reject) => {
    if (protocol === 'tcp') {
      const server = createServer((socket) => {
        socket.on('error', () => socket.destroy());
        socket.end(`${name} ${socket.remoteAddress}`);
      });
      server.on('error', reject);
      server.listen(port, '0.0.0.0', () => resolve('serving'));
    } else {
      const server = createSocket('udp4', (_message, from) => {
        server.send(`${name} ${from.address}`, from.port, from.address);
      });
      server.on('error', reject);
      server.bind(port, '0.0.0.0', () => resolve('serving'));
    }
  });
}

function ask({ protocol, host, port, timeoutMs, sourcePort }: Order): Promise<string> {
  return new Promise((resolve, reject) => {
    const late = new Error('timeout');
    if (protocol === 'tcp') {
      const socket = connect({ host, port });
      let text = '';
      const timer = setTimeout(() => socket.destroy(late), timeoutMs);
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('end', () => resolve(text));
      socket.on('error', reject);
      socket.on('close', () => clearTimeout(timer));
    } else {
      const socket = createSocket('udp4');
      const done = (settle: () => void): void => {
        clearTimeout(timer);
        socket.close();
        settle();
      };
      const timer = setTimeout(() => done(() => reject(late)), timeoutMs);
      socket.on('message', (message) => done(() => resolve(message.toString())));
      socket.on('error', (error) => done(() => reject(error)));
      // Connected, so that a refusal by ICMP comes back as an error.
      socket.bind(sourcePort, () => socket.connect(port, host, () => socket.send('?')));
    }
  });
}
