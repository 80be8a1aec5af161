import type { CustomResourceDefinition } from '@wherry/api';
import { expect, it } from 'vitest';
import { establishInMs } from './conditions.ts';

it('gives the other apiservers five seconds from when the names were accepted, whatever the clocks say', () => {
  const accepted = '2026-01-01T00:00:10Z';
  const definition = {
    status: { conditions: [{ type: 'NamesAccepted', status: 'True', lastTransitionTime: accepted }] },
  } as CustomResourceDefinition;
  const at = (text: string): number => establishInMs(definition, Date.parse(text));
  expect(at('2026-01-01T00:00:10Z')).toBe(5_000);
  expect(at('2026-01-01T00:00:13Z')).toBe(2_000);
  expect(at('2026-01-01T00:01:00Z')).toBe(0);
  expect(at('2025-12-31T00:00:00Z')).toBe(5_000);
});
