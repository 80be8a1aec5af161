import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A way to an etcd that can be cut, or swallow what is sent. For tests. */
export class Gate {
  #server: Server | undefined;
  #target = 0;
  #state: 'open' | 'shut' | 'deaf' = 'open';
  readonly #sockets = new Set<Socket>();
  #onHeard: (() => void) | undefined;

  /** From now on it leads to `url`. */
  async address(url: string): Promise<string> {
    this.#target = Number(new URL(url).port);
    this.#state = 'open';
    this.#server ??= await new Promise<Server>((resolve) => {
      const server = createServer((socket) => this.#pass(socket)).listen(0, '127.0.0.1', () => resolve(server));
    });
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Breaks all connections and refuses new ones. */
  shut(): void {
    this.#state = 'shut';
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Nothing that is sent arrives. */
  deaf(): void {
    this.#state = 'deaf';
  }

  open(): void {
    // What was swallowed is missing in the connections that are there.
    if (this.#state === 'deaf') this.shut();
    this.#state = 'open';
  }

  /** Something was swallowed. */
  heard(): Promise<void> {
    return new Promise((resolve) => {
      this.#onHeard = resolve;
    });
  }

  close(): void {
    this.shut();
    this.#server?.close();
  }

  #pass(near: Socket): void {
    if (this.#state === 'shut') {
      near.destroy();
      return;
    }
    const far = connect(this.#target, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      from.on('error', () => undefined);
      from.once('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
    near.on('data', (bytes) => {
      if (this.#state === 'open') far.write(bytes);
      else this.#onHeard?.();
    });
    far.pipe(near);
  }
}
