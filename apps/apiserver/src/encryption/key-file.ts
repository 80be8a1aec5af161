import { readFile } from 'node:fs/promises';
import type { Logger } from '@wherry/daemon';
import { Counter, Gauge, type Registry } from '@wherry/daemon/metrics';
import type { Storage } from '@wherry/store';
import { every } from '../system/every.ts';
import { EncryptedStorage } from './encrypted-storage.ts';
import { Transformers } from './transformer.ts';

export interface EncryptionOptions {
  /** --encryption-provider-config; without it nothing is encrypted, and nothing encrypted is read. */
  path: string | undefined;
  /** Look whether the file has changed so often; 0 never. */
  reloadMs: number;
  signal: AbortSignal;
  log: Logger;
  metrics: Registry;
}

/**
 * The store as the apiserver is to see it. The file is read again while the apiserver runs: one that is wrong is told
 * in the log, and leaves everything as it was.
 * @throws {Error} of one line when the file is wrong at the start
 */
export async function openEncryption(storage: Storage, options: EncryptionOptions): Promise<EncryptedStorage> {
  const { path, reloadMs, signal, log, metrics } = options;
  const open = (transformers: Transformers): EncryptedStorage =>
    new EncryptedStorage(storage, transformers, (key, why) => log.error({ key, why }, 'value-unreadable'));
  if (path === undefined) return open(new Transformers([]));
  let text = await read(path);
  const encrypted = open(await transformersOf(path, text));
  if (reloadMs <= 0) return encrypted;
  const { reloads, lastReload } = reloadMetrics(metrics);
  every(reloadMs, 'encryption-config-reload', log, signal, async () => {
    let status = 'failure';
    try {
      const now = await read(path);
      if (now === text) return;
      text = now;
      encrypted.use(await transformersOf(path, now));
      status = 'success';
      log.info({ path }, 'encryption-config-reloaded');
    } catch (error) {
      // Told once for each content, and again while there is none.
      log.error({ err: error }, 'encryption-config-reload-failed');
    }
    reloads.inc({ status });
    lastReload.set({ status }, Date.now() / 1_000);
  });
  return encrypted;
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { message } = error as Error;
    throw new Error(`error opening encryption provider configuration file ${JSON.stringify(path)}: ${message}`, {
      cause: error,
    });
  }
}

async function transformersOf(path: string, text: string): Promise<Transformers> {
  // Only here: most have no such file, and YAML is 72 modules.
  const { parseEncryptionConfiguration } = await import('./configuration.ts');
  try {
    return new Transformers(parseEncryptionConfiguration(text));
  } catch (error) {
    const { message } = error as Error;
    throw new Error(`encryption provider configuration file ${JSON.stringify(path)}: ${message}`, { cause: error });
  }
}

function reloadMetrics(metrics: Registry): { reloads: Counter; lastReload: Gauge } {
  const prefix = 'apiserver_encryption_config_controller_automatic_reload';
  const more = { labelNames: ['status'], registers: [metrics] };
  return {
    reloads: new Counter({ name: `${prefix}s_total`, help: 'Reloads of the encryption configuration.', ...more }),
    lastReload: new Gauge({
      name: `${prefix}_last_timestamp_seconds`,
      help: 'When the encryption configuration was last reloaded.',
      ...more,
    }),
  };
}
