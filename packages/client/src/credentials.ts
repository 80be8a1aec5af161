import { readFile } from 'node:fs/promises';
import type { ClientConfig } from './client-config.ts';
import type { ExecPlugin } from './exec-credential.ts';

const tokenLifeMs = 60_000;

/** The headers that say who asks. */
export class Credentials {
  readonly #config: ClientConfig;
  #fixed: Readonly<Record<string, string | string[]>>;
  #token = '';
  #expiresAtMs: number;
  #renewing: Promise<void> | undefined;
  #tokenReadMs = Number.NEGATIVE_INFINITY;

  constructor(config: ClientConfig) {
    this.#config = config;
    this.#expiresAtMs = config.tokenExpiresAtMs ?? Number.POSITIVE_INFINITY;
    this.#fixed = { 'user-agent': config.userAgent ?? 'wherry', ...authorization(config), ...impersonation(config) };
  }

  async headers(): Promise<Readonly<Record<string, string | string[]>>> {
    const { tokenFile, exec } = this.#config;
    if (exec !== undefined && this.#expiresAtMs <= Date.now()) return await this.#execHeaders(exec);
    if (tokenFile === undefined) return this.#fixed;
    if (performance.now() - this.#tokenReadMs > tokenLifeMs) {
      this.#token = (await readFile(tokenFile, 'utf8')).trim();
      this.#tokenReadMs = performance.now();
    }
    return { ...this.#fixed, authorization: `Bearer ${this.#token}` };
  }

  /** One run of the plugin for all who ask at the same time. */
  async #execHeaders(exec: ExecPlugin): Promise<Readonly<Record<string, string | string[]>>> {
    this.#renewing ??= this.#renew(exec).finally(() => {
      this.#renewing = undefined;
    });
    await this.#renewing;
    return this.#fixed;
  }

  async #renew(exec: ExecPlugin): Promise<void> {
    const { runExecPlugin } = await import('./exec-credential.ts');
    const { token, expiresAtMs } = await runExecPlugin(exec, this.#config, { env: process.env, interactive: false });
    this.#expiresAtMs = expiresAtMs ?? Number.POSITIVE_INFINITY;
    if (token !== undefined) this.#fixed = { ...this.#fixed, authorization: `Bearer ${token}` };
  }
}

function authorization(config: ClientConfig): Record<string, string> {
  if (config.token !== undefined) return { authorization: `Bearer ${config.token}` };
  if (config.username === undefined) return {};
  const pair = `${config.username}:${config.password ?? ''}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

function impersonation(config: ClientConfig): Record<string, string | string[]> {
  const who = config.impersonate;
  if (who === undefined) return {};
  const headers: Record<string, string | string[]> = { 'impersonate-user': who.user };
  if (who.uid !== undefined) headers['impersonate-uid'] = who.uid;
  if (who.groups !== undefined && who.groups.length > 0) headers['impersonate-group'] = [...who.groups];
  for (const [key, values] of Object.entries(who.extra ?? {})) {
    headers[`impersonate-extra-${encodeURIComponent(key.toLowerCase())}`] = [...values];
  }
  return headers;
}
