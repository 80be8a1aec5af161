import { badRequest } from '@wherry/apimachinery';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Registry } from '../registry/registry.ts';
import type { Handler } from '../verbs/subresources.ts';
import type { UpgradeOptions } from './upgrade.ts';
import type { KubeletConnector, KubeletIdentity } from './kubelet-request.ts';

export interface NodeProxyOptions {
  identity: KubeletIdentity | undefined;
  /** Nodes on this host's loopback are believed: for tests. */
  allowLoopback: boolean;
  stopping: AbortSignal;
  answered: UpgradeOptions['answered'];
}

/** The one way from the apiserver to the nodes. Its parts are loaded when first needed. */
export class NodeProxy {
  readonly #options: NodeProxyOptions;
  #connector: Promise<KubeletConnector> | undefined;

  constructor(options: NodeProxyOptions) {
    this.#options = options;
  }

  readonly handlers: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
    'pods/log': {
      get: async (context, registry) => {
        const { readLogs } = await import('./logs.ts');
        return readLogs(context, registry, await this.#connect(), this.#options);
      },
    },
    'pods/exec': { get: noUpgrade, create: noUpgrade },
    'pods/attach': { get: noUpgrade, create: noUpgrade },
  };

  async upgrade(registry: Registry, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { handleUpgrade } = await import('./upgrade.ts');
    const { allowLoopback, stopping, answered } = this.#options;
    await handleUpgrade(request, socket, head, {
      registry,
      connector: await this.#connect(),
      allowLoopback,
      stopping,
      answered,
    });
  }

  async close(): Promise<void> {
    (await this.#connector)?.close();
  }

  #connect(): Promise<KubeletConnector> {
    this.#connector ??= import('./kubelet-request.ts').then(
      ({ KubeletConnector: Connector }) => new Connector(this.#options.identity),
    );
    return this.#connector;
  }
}

function noUpgrade(): Promise<never> {
  return Promise.reject(badRequest('Upgrade request required'));
}
