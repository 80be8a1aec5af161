import { readFile } from 'node:fs/promises';
import type { ClientConfig, LoadedKubeconfig, RestClient, RestRequest } from '@wherry/client';
import { CliError, SaidError } from '../cli/errors.ts';
import { parseDuration } from '../cli/flags.ts';
import type { Io } from '../cli/io.ts';
import type { ApiResource } from '../resources/mapping.ts';

/** The global flags that were given; absent ones are undefined. */
export interface ConnectionFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly cluster?: string;
  readonly user?: string;
  readonly namespace?: string;
  readonly server?: string;
  readonly token?: string;
  readonly as?: string;
  readonly 'as-group'?: readonly string[];
  readonly 'as-uid'?: string;
  readonly 'insecure-skip-tls-verify'?: boolean;
  readonly 'certificate-authority'?: string;
  readonly 'client-certificate'?: string;
  readonly 'client-key'?: string;
  readonly 'tls-server-name'?: string;
  readonly 'request-timeout'?: string;
}

/**
 * The way from one command to its cluster: kubeconfig, client and discovery, each made when it is first needed, so
 * that a command that needs none of them costs nothing.
 */
export class Session implements AsyncDisposable {
  readonly flags: ConnectionFlags;
  readonly #io: Io;
  #settings: Promise<{ config: ClientConfig; namespace: string }> | undefined;
  #client: Promise<RestClient> | undefined;
  #resources: Promise<readonly ApiResource[]> | undefined;

  constructor(flags: ConnectionFlags, io: Io) {
    this.flags = flags;
    this.#io = io;
  }

  /** Aborted when the user wants to stop. */
  get signal(): AbortSignal {
    return this.#io.signal;
  }

  async settings(): Promise<{ config: ClientConfig; namespace: string }> {
    this.#settings ??= this.#load();
    return await this.#settings;
  }

  /** The namespace of --namespace, or of the context, or `default`. */
  async namespace(): Promise<string> {
    return this.flags.namespace || (await this.settings()).namespace;
  }

  /** Bounds one request by --request-timeout; undefined when the user set none. */
  get timeoutMs(): number | undefined {
    const text = this.flags['request-timeout'] ?? '0';
    const ms = /^\d+$/.test(text) ? Number(text) * 1000 : parseDuration(text);
    if (ms === undefined)
      throw new CliError(
        `Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding time unit (e.g. 1s | 2m | 3h)`,
      );
    return ms > 0 ? ms : undefined;
  }

  async client(): Promise<RestClient> {
    this.#client ??= (async () => {
      const [{ RestClient }, { config }] = await Promise.all([import('@wherry/client'), this.settings()]);
      return new RestClient(config);
    })();
    return await this.#client;
  }

  /** Asks the server once: bounded by --request-timeout; warnings in the answer go to standard error. */
  async request<T>(request: RestRequest): Promise<T> {
    const client = await this.client();
    const { headers, body } = await client.raw({
      signal: this.#io.signal,
      timeoutMs: this.timeoutMs ?? Number.POSITIVE_INFINITY,
      ...request,
    });
    for (const text of readWarnings(headers['warning'])) this.#io.stderr.write(`Warning: ${text}\n`);
    const text = body.toString('utf8');
    return (headers['content-type']?.includes('json') ? JSON.parse(text) : text) as T;
  }

  async resources(): Promise<readonly ApiResource[]> {
    this.#resources ??= (async () => {
      const { discover } = await import('./discover.ts');
      return await discover(await this.client(), this.#io.signal);
    })();
    return await this.#resources;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#client) await (await this.#client.catch(() => undefined))?.[Symbol.asyncDispose]();
  }

  async #load(): Promise<{ config: ClientConfig; namespace: string }> {
    const { loadKubeconfig } = await import('@wherry/client');
    const { flags } = this;
    let loaded: LoadedKubeconfig;
    try {
      loaded = loadKubeconfig({
        path: flags.kubeconfig,
        context: flags.context,
        cluster: flags.cluster,
        user: flags.user,
        server: flags.server,
        env: { ...this.#io.env },
      });
    } catch (error) {
      // Without any configuration kubectl asks the old insecure port, and its users know what that answer means.
      if (!(error as Error).message.includes('no configuration has been provided')) {
        const unknown = /^context "(.*)" does not exist$/.exec((error as Error).message);
        if (unknown)
          throw new SaidError(`Error in configuration: context was not found for specified context: ${unknown[1]}`);
        throw new CliError((error as Error).message.replace(/^error loading config file "[^"]*": (?=stat )/, ''));
      }
      const config = { servers: ['http://localhost:8080'] };
      loaded = { config, namespace: 'default', context: '', raw: {} };
    }
    const config = await this.#withPlugin(await overrideConfig(loaded.config, flags));
    return { config, namespace: loaded.namespace };
  }

  /** Asks the kubeconfig's credential plugin, unless the command line says who asks. */
  async #withPlugin(config: ClientConfig): Promise<ClientConfig> {
    const { exec } = config;
    if (exec === undefined) return config;
    if (this.flags.token || this.flags['client-certificate']) return { ...config, exec: undefined };
    const { runExecPlugin } = await import('@wherry/client');
    const { env, stdin, signal } = this.#io;
    try {
      const found = await runExecPlugin(exec, config, { env, interactive: stdin.isTTY === true, signal });
      const { token, cert = config.cert, key = config.key, expiresAtMs: tokenExpiresAtMs } = found;
      return { ...config, token, cert, key, tokenExpiresAtMs };
    } catch (error) {
      throw new CliError((error as Error).message);
    }
  }
}

async function overrideConfig(config: ClientConfig, flags: ConnectionFlags): Promise<ClientConfig> {
  if (flags['as-group']?.length && !flags.as) {
    throw new CliError('requesting uid, groups or user-extra for impersonation without impersonating a user');
  }
  const insecure = flags['insecure-skip-tls-verify'];
  const [ca, cert, key] = await Promise.all([
    readPem(flags['certificate-authority']),
    readPem(flags['client-certificate']),
    readPem(flags['client-key']),
  ]);
  return {
    ...config,
    ca: insecure ? undefined : (ca ?? config.ca),
    cert: cert ?? config.cert,
    key: key ?? config.key,
    insecureSkipTlsVerify: insecure ?? config.insecureSkipTlsVerify,
    tlsServerName: flags['tls-server-name'] || config.tlsServerName,
    ...(flags.token ? { token: flags.token, tokenFile: undefined } : {}),
    ...(flags.as
      ? { impersonate: { user: flags.as, groups: flags['as-group'] ?? [], uid: flags['as-uid'] || undefined } }
      : {}),
    userAgent: 'wherry/v1.36',
  };
}

async function readPem(path: string | undefined): Promise<string | undefined> {
  if (!path) return undefined;
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new CliError(`unable to read ${path}: ${(cause as Error).message}`);
  }
}

/** The texts of `Warning: 299 - "text"` headers. */
function readWarnings(header: string | string[] | undefined): string[] {
  const all = Array.isArray(header) ? header.join(', ') : (header ?? '');
  return [...all.matchAll(/299 \S+ "((?:\\.|[^"\\])*)"/g)].map(([, text = '']) => text.replace(/\\(.)/g, '$1'));
}
