import type { Server } from 'node:http';
import type { Logger } from '@wherry/daemon';
import type { HealthCheck } from '../core/health-checks.ts';

/** Not imported: an import reads every export, and one of them, WebSocket, then loads all of undici, 12 MB. */
const { createServer } = process.getBuiltinModule('node:http');

interface Open {
  check: HealthCheck;
  readonly hosts: string;
  readonly servers: readonly Server[];
}

/** A load balancer asks seldom, and each of its own probers alone. */
const maxConnections = 256;
const requestTimeoutMs = 10_000;

/** Answers on the healthCheckNodePort of each Service, in the form of upstream. */
export class HealthCheckServers implements AsyncDisposable {
  readonly #open = new Map<string, Open>();
  readonly #failed = new Set<string>();
  readonly #isHealthy: () => boolean;
  readonly #log: Pick<Logger, 'info' | 'warn'>;

  /** `isHealthy`: whether the proxy itself does its work. */
  constructor(isHealthy: () => boolean, log: Pick<Logger, 'info' | 'warn'>) {
    this.#isHealthy = isHealthy;
    this.#log = log;
  }

  /** Closes and opens ports. One that is taken is told once, and tried again at each call. Not to be called while it runs. */
  async update(checks: readonly HealthCheck[], hosts: readonly string[]): Promise<void> {
    const wanted = new Map(checks.map((check) => [keyOf(check), check]));
    const addresses = hosts.join(' ');
    for (const [key, open] of this.#open) {
      if (wanted.has(key) && open.hosts === addresses) continue;
      this.#open.delete(key);
      await close(open.servers);
    }
    for (const [key, check] of wanted) {
      const open = this.#open.get(key);
      if (open === undefined) await this.#listen(key, check, hosts);
      else open.check = check;
    }
    for (const key of this.#failed) if (!wanted.has(key)) this.#failed.delete(key);
  }

  async #listen(key: string, check: HealthCheck, hosts: readonly string[]): Promise<void> {
    const servers: Server[] = [];
    const facts = { service: `${check.namespace}/${check.name}`, port: check.port };
    try {
      for (const host of hosts) servers.push(await listen(host, check.port, () => this.#answer(key)));
      this.#open.set(key, { check, hosts: hosts.join(' '), servers });
      this.#failed.delete(key);
      this.#log.info(facts, 'answering health checks of a service');
    } catch (error) {
      await close(servers);
      if (!this.#failed.has(key)) this.#log.warn({ ...facts, err: error }, 'cannot answer health checks of a service');
      this.#failed.add(key);
    }
  }

  #answer(key: string): { status: number; body: string } {
    const { namespace, name, localEndpoints = 0 } = this.#open.get(key)?.check ?? {};
    const serviceProxyHealthy = this.#isHealthy();
    const body = { service: { namespace, name }, localEndpoints, serviceProxyHealthy };
    return {
      status: localEndpoints > 0 && serviceProxyHealthy ? 200 : 503,
      body: JSON.stringify(body, undefined, '\t'),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.update([], []);
  }
}

function listen(host: string, port: number, answer: () => { status: number; body: string }): Promise<Server> {
  const server = createServer({ requestTimeout: requestTimeoutMs }, (_request, response) => {
    const { status, body } = answer();
    response.writeHead(status, { 'content-type': 'application/json', 'x-content-type-options': 'nosniff' });
    response.end(body);
  });
  server.maxConnections = maxConnections;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });
}

async function close(servers: readonly Server[]): Promise<void> {
  for (const server of servers) {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }
}

/** A port that moves to another Service is opened anew. */
function keyOf({ namespace, name, port }: HealthCheck): string {
  return `${namespace}/${name}:${port}`;
}
