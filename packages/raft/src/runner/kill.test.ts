import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const victim = fileURLToPath(new URL('../testing/kill-writer.ts', import.meta.url));

describe('a member whose process is killed with -9', () => {
  const path = mkdtempSync(join(tmpdir(), 'wherry-raft-kill-'));
  afterAll(() => rmSync(path, { recursive: true }));

  it('has everything that it had applied, once and in order', async () => {
    const known: string[] = [];
    for (let life = 1; life <= 6; life++) {
      const more = 200 + ((life * 7919) % 700);
      const items = await runUntilKilled(life, known.length + more);
      expect(items.slice(0, known.length)).toEqual(known);
      for (const [n, item] of items.entries()) expect(item).toMatch(new RegExp(`^[1-${life}]\\.${n}$`));
      known.splice(0, known.length, ...items);
    }
    expect(known.length).toBeGreaterThan(1200);
  }, 60_000);

  /** What it tells until it has told so many items. */
  async function runUntilKilled(life: number, count: number): Promise<string[]> {
    const child = spawn(process.execPath, [victim, path, String(life)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(child, 'exit');
    const items: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      const [n, item] = line.split(' ');
      expect(Number(n)).toBe(items.length);
      items.push(item as string);
      if (items.length === count) child.kill('SIGKILL');
    }
    const [, signal] = (await exited) as [number | null, string | null];
    expect(signal).toBe('SIGKILL');
    return items;
  }
});
