import https from 'node:https';
import type { Identity } from './apiserver-process.ts';

/** A client with keep-alive connections over TLS and HTTP/1.1, as bare as can be. */
export class BenchClient implements Disposable {
  readonly #identity: Identity;
  readonly #agent: https.Agent;

  constructor(identity: Identity, maxSockets = 16) {
    this.#identity = identity;
    this.#agent = new https.Agent({ keepAlive: true, maxSockets, ...identity, servername: 'localhost' });
  }

  /** @returns the bytes of the answer; rejects for anything but 2xx. */
  ask(method: string, path: string, more: { body?: string; headers?: Record<string, string> } = {}): Promise<number> {
    return new Promise((resolve, reject) => {
      const headers = { ...(more.body === undefined ? {} : { 'content-type': 'application/json' }), ...more.headers };
      const request = this.#request(method, path, headers, (response) => {
        let bytes = 0;
        response.on('data', (data: Buffer) => (bytes += data.length));
        response.on('end', () =>
          response.statusCode! < 300 ? resolve(bytes) : reject(new Error(`${method} ${path}: ${response.statusCode}`)),
        );
      });
      request.on('error', reject);
      request.end(more.body);
    });
  }

  /** A stream of its own; `onData` sees every piece. Resolves when the head of the answer is there. */
  open(path: string, onData: (data: Buffer) => void): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const request = this.#request('GET', path, {}, (response) => {
        response.on('data', onData);
        response.on('error', () => undefined);
        resolve(() => request.destroy());
      });
      request.on('error', reject);
      request.end();
    });
  }

  #request(
    method: string,
    path: string,
    headers: Record<string, string>,
    onResponse: (response: import('node:http').IncomingMessage) => void,
  ) {
    return https.request(
      { agent: this.#agent, host: '127.0.0.1', port: this.#identity.port, method, path, headers },
      onResponse,
    );
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}

/** Runs `task` for 0 to count - 1, so many at a time. */
export async function each(count: number, parallel: number, task: (n: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await task(next++);
  };
  await Promise.all(Array.from({ length: parallel }, worker));
}

/** A namespace that takes pods: without a controller-manager nobody else makes its service account. */
export async function prepareNamespace(client: BenchClient, name: string): Promise<void> {
  if (name !== 'default') {
    const body = JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    await client.ask('POST', '/api/v1/namespaces', { body });
  }
  const body = JSON.stringify({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } });
  await client.ask('POST', `/api/v1/namespaces/${name}/serviceaccounts`, { body });
}

/** A small pod: 1.8 kB when stored, so that 5,000 of them are the 9 MB that upstream was measured with. */
export function benchPod(n: number): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `pod-${n}`, labels: { app: `app-${n % 50}`, 'pod-template-hash': '5d4f8c7b9' } },
    spec: {
      automountServiceAccountToken: false,
      containers: [
        {
          name: 'web',
          image: 'registry.example/web:1.2.3',
          ports: [{ containerPort: 8080, name: 'http' }],
          resources: { requests: { cpu: '100m', memory: '128Mi' } },
        },
      ],
    },
  });
}

export function benchConfigMap(name: string, value = 'v'.repeat(256)): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { key: value } });
}
