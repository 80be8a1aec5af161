import type { Observed } from '@wherry/node-iptables';
import { IptablesError } from '@wherry/node-iptables';
import { describe, expect, it } from 'vitest';
import type { ProxyConfig } from '../core/config.ts';
import { ProgrammingLatency } from '../core/programming-latency.ts';
import { defaultConfig } from '../core/scenarios.ts';
import { makeSync, type SyncParts } from './sync.ts';

function parts(): SyncParts & {
  config: () => ProxyConfig;
  inputs: string[];
  told: string[];
  counted: string[];
  fail: Error | undefined;
} {
  const made = {
    inputs: [] as string[],
    told: [] as string[],
    counted: [] as string[],
    fail: undefined as Error | undefined,
    iptables: {
      save: () => Promise.resolve<Observed>(new Map()),
      restore: (input: string) => {
        made.inputs.push(input);
        return made.fail === undefined ? Promise.resolve() : Promise.reject(made.fail);
      },
    },
    views: () => [],
    surroundings: () => ({}),
    healthChecks: { update: () => Promise.resolve() },
    config: () => defaultConfig,
    cleaner: { clean: () => Promise.reject(new Error('no conntrack')) },
    metrics: {
      synced: () => void made.counted.push('synced'),
      failed: (full: boolean) => void made.counted.push(`failed ${full}`),
    },
    latency: new ProgrammingLatency(0),
    log: {
      debug: () => undefined,
      warn: (_facts: unknown, words: string) => void made.told.push(words),
    } as unknown as SyncParts['log'],
  };
  return made;
}

describe('makeSync', () => {
  it('counts a sync as done though conntrack fails, and tells of that once', async () => {
    const all = parts();
    const sync = makeSync(all);
    await sync(true);
    await sync(false);
    expect(all.counted).toEqual(['synced', 'synced']);
    expect(all.told).toHaveLength(1);
  });

  it('counts a refused restore, and passes the error on', async () => {
    const all = parts();
    all.fail = new IptablesError('refused', 'line 3 failed');
    await expect(makeSync(all)(false)).rejects.toThrow('line 3 failed');
    expect(all.counted).toEqual(['failed false']);
  });

  it('takes up a changed configuration at the next full sync', async () => {
    const all = parts();
    const sync = makeSync(all);
    await sync(true);
    all.config = () => ({ ...defaultConfig, nodePortAddresses: ['192.168.1.5'] });
    await sync(false);
    expect(all.inputs[1]).toBe('');
    await sync(true);
    expect(all.inputs[2]).toContain('192.168.1.5');
  });
});
