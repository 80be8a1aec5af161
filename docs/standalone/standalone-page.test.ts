import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');
const files = [
  'website-operator.ts',
  'website-operator.test.ts',
  'exposing-operator.ts',
  'exposing-operator.test.ts',
] as const;

test.each(files)('docs/standalone.md shows %s as it is', (name) => {
  const shown = new RegExp(`\`\`\`ts\\n// docs/standalone/${name}\\n([^]*?)\`\`\``).exec(read('../standalone.md'))?.[1];
  expect(shown).toBe(read(name));
});
