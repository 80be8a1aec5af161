import { badRequest } from '@wherry/apimachinery';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Registry } from '../registry/registry.ts';
import type { Handler } from '../verbs/subresources.ts';
import type { Connector, KubeletIdentity } from './connector.ts';
import type { UpgradeOptions } from './upgrades.ts';

export interface StreamingOptions {
  identity: KubeletIdentity | undefined;
  /** Nodes and pods on this host's loopback are believed: for tests. */
  allowLoopback: boolean;
  /** No node has a kubelet. */
  withoutKubelets?: boolean | undefined;
  stopping: AbortSignal;
  answered: UpgradeOptions['answered'];
}

/** The one way from the apiserver to nodes, pods and services. Its parts are loaded when first needed. */
export class Streaming {
  readonly #options: StreamingOptions;
  #connector: Promise<Connector> | undefined;

  constructor(options: StreamingOptions) {
    this.#options = options;
  }

  readonly #proxy: Handler = async (context, registry) => {
    const { proxyRequest } = await import('./proxy.ts');
    return proxyRequest(context, registry, await this.#connect(), this.#options);
  };

  /** '' is the verb of OPTIONS. */
  readonly #proxied = Object.fromEntries(
    ['get', 'create', 'update', 'patch', 'delete', ''].map((verb) => [verb, this.#proxy]),
  );

  readonly handlers: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
    'pods/log': {
      get: async (context, registry) => {
        const { readLogs } = await import('./logs.ts');
        return readLogs(context, registry, await this.#connect(), this.#options);
      },
    },
    'pods/exec': { get: noUpgrade, create: noUpgrade },
    'pods/attach': { get: noUpgrade, create: noUpgrade },
    'pods/portforward': { get: noUpgrade, create: noUpgrade },
    'pods/proxy': this.#proxied,
    'services/proxy': this.#proxied,
    'nodes/proxy': this.#proxied,
  };

  async upgrade(
    registry: Registry,
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    auditId: string,
  ): Promise<void> {
    const { handleUpgrade } = await import('./upgrades.ts');
    const { allowLoopback, withoutKubelets, stopping, answered } = this.#options;
    const connector = await this.#connect();
    const options = { registry, connector, allowLoopback, withoutKubelets, stopping, answered };
    await handleUpgrade(request, socket, head, auditId, options);
  }

  async close(): Promise<void> {
    (await this.#connector)?.close();
  }

  #connect(): Promise<Connector> {
    this.#connector ??= import('./connector.ts').then(({ Connector: Made }) => new Made(this.#options.identity));
    return this.#connector;
  }
}

/** Whether an upgrade that a request asks for is for us to answer; of others the header is passed over. */
export function isStreamed(request: IncomingMessage): boolean {
  return /^\/api\/v1\/(namespaces\/[^/]+\/(pods|services)|nodes)\/[^/]+\/(exec|attach|portforward|proxy|log)(\/|\?|$)/.test(
    request.url ?? '',
  );
}

/** HTTP/2 included: its clients come again with HTTP/1.1. */
function noUpgrade(): Promise<never> {
  return Promise.reject(badRequest('Upgrade request required'));
}
