import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { text } from './contract/short.ts';
import { openStore } from './open.ts';

const victim = fileURLToPath(new URL('./kill-writer.ts', import.meta.url));

describe('a store whose process is killed with -9', () => {
  const path = mkdtempSync(join(tmpdir(), 'wherry-kill-'));
  afterAll(() => rmSync(path, { recursive: true }));

  it('has every acknowledged write afterwards, and none by half', async () => {
    const seed = Date.now() % 1000;
    for (let life = 1; life <= 6; life++) {
      const acknowledged = await writeUntilKilled(life, 20 + ((seed * life * 7919) % 900));
      await using store = await openStore({ path });
      for (const [writer, n] of acknowledged) {
        const left = await number(store.get(`/left/${writer}`), life);
        const right = await number(store.get(`/right/${writer}`), life);
        expect(left, `seed ${seed}, life ${life}, writer ${writer}`).toBeGreaterThanOrEqual(n);
        expect(right, 'both keys of a pair are of one transaction').toBe(left);
        // One write of each writer may have been under way.
        expect(left).toBeLessThanOrEqual(n + 1);
      }
    }
  }, 60_000);

  async function writeUntilKilled(life: number, afterLines: number): Promise<Map<string, number>> {
    const child = spawn(process.execPath, [victim, path, String(life)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const acknowledged = new Map<string, number>();
    let lines = 0;
    const exited = once(child, 'exit');
    for await (const line of createInterface({ input: child.stdout })) {
      const [writer, n] = line.split(' ');
      acknowledged.set(writer as string, Number(n));
      if (++lines === afterLines) child.kill('SIGKILL');
    }
    const [, signal] = (await exited) as [number | null, string | null];
    expect(signal).toBe('SIGKILL');
    return acknowledged;
  }
});

async function number(found: Promise<{ kv?: { value: Uint8Array } | undefined }>, life: number): Promise<number> {
  const { kv } = await found;
  const [, ofLife, n] = /^(\d+)\.(\d+) x*$/.exec(text(kv?.value ?? Buffer.of())) ?? [];
  // A writer may not have come to write anything in this life.
  return Number(ofLife) === life ? Number(n) : 0;
}
