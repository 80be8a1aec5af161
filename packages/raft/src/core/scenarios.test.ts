import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Scenario } from './testing/scenario.ts';

const folder = new URL('./testdata/', import.meta.url);

describe('every message and write of a scenario is as in its file', () => {
  for (const name of readdirSync(folder)) {
    it(name, () => {
      const file = new URL(name, folder);
      const expected = readFileSync(file, 'utf8');
      const played = Scenario.play(expected);
      if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, played);
      else expect(played).toBe(expected);
    });
  }
});
