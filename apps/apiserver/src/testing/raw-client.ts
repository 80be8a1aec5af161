import https from 'node:https';
import type { ClientConfig } from '@wherry/client';

export interface RawAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

/** Requests byte for byte as given: nothing of a client library in between that would make a path or a header proper. */
export class RawClient {
  readonly #agent: https.Agent;
  readonly #server: URL;

  constructor(config: ClientConfig) {
    this.#server = new URL(config.servers[0] ?? '');
    this.#agent = new https.Agent({ keepAlive: true, ca: config.ca, cert: config.cert, key: config.key });
  }

  send(
    method: string,
    path: string,
    options: { body?: Buffer | string | undefined; headers?: Record<string, string>; timeoutMs?: number } = {},
  ): Promise<RawAnswer> {
    const { body } = options;
    return new Promise((resolve, reject) => {
      const request = https.request(
        {
          agent: this.#agent,
          host: this.#server.hostname,
          port: this.#server.port,
          method,
          path,
          // Node frames the body of a DELETE only when it is told how long it is.
          headers: {
            ...options.headers,
            ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
          },
          timeout: options.timeoutMs ?? 20_000,
        },
        (response) => {
          const parts: Buffer[] = [];
          response.on('data', (part: Buffer) => parts.push(part));
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }),
          );
        },
      );
      request.on('timeout', () => request.destroy(new Error(`${method} ${path}: no answer`)));
      request.on('error', (error: NodeJS.ErrnoException) => {
        // The server had closed this idle connection while the request was on its way.
        if (request.reusedSocket && error.code === 'ECONNRESET') this.send(method, path, options).then(resolve, reject);
        else reject(error);
      });
      request.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
