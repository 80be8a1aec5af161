import { connect, createServer, type Server, type Socket } from 'node:net';
import type { ClientConfig } from '@wherry/client';
import { openMemoryStore, type Storage } from '@wherry/store';
import { startTestApiserver, type TestApiserver } from '../../fixture/cluster-fixture.ts';

/** A real apiserver behind a Unix socket, that can go away and come back with what it stored. */
export class ReachableApiserver implements AsyncDisposable {
  readonly #storage: Storage;
  readonly #door: Server;
  readonly #open = new Set<Socket>();
  #running: TestApiserver | undefined;

  private constructor(storage: Storage, path: string) {
    this.#storage = storage;
    this.#door = createServer((client) => this.#pass(client)).listen(path);
  }

  static async start(path: string): Promise<ReachableApiserver> {
    const server = new ReachableApiserver(await openMemoryStore(), path);
    await server.comeBack();
    return server;
  }

  get running(): TestApiserver {
    if (this.#running === undefined) throw new Error('the apiserver is away');
    return this.#running;
  }

  async comeBack(): Promise<void> {
    this.#running = await startTestApiserver({ storage: this.#storage, advertiseAddress: '192.168.77.9' });
  }

  async goAway(): Promise<void> {
    const running = this.running;
    this.#running = undefined;
    for (const socket of this.#open) socket.destroy();
    await running.close();
  }

  #pass(client: Socket): void {
    const url = this.#running?.config.servers[0];
    if (url === undefined) return void client.destroy();
    const server = connect(Number(new URL(url).port), '127.0.0.1');
    client.pipe(server).pipe(client);
    for (const socket of [client, server]) {
      this.#open.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        this.#open.delete(socket);
        client.destroy();
        server.destroy();
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#running !== undefined) await this.goAway();
    await new Promise((resolve) => this.#door.close(resolve));
    await this.#storage[Symbol.asyncDispose]();
  }
}

/** A kubeconfig for this server address, as the given identity. */
export function kubeconfigText(server: string, { ca, cert, key }: ClientConfig): string {
  const base64 = (text: string | undefined): string => Buffer.from(text ?? '').toString('base64');
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    clusters: [{ name: 'c', cluster: { server, 'certificate-authority-data': base64(ca) } }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    users: [{ name: 'u', user: { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) } }],
  });
}
