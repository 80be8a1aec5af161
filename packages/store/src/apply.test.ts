import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { apply } from './apply.ts';
import type { Applied, Command } from './command.ts';
import { createState, type State, type Version } from './state.ts';

/**
 * Golden scenarios: each `> ` line of a file is a command as JSON (values as text), and the lines below it are all that
 * applying it gave. UPDATE_GOLDEN=1 rewrites them, to be looked at as a diff.
 */
const folder = new URL('./testdata/apply/', import.meta.url);

describe('apply', () => {
  for (const file of readdirSync(folder)) {
    it(`does what ${file} says`, () => {
      const golden = readFileSync(new URL(file, folder), 'utf8');
      const played = play(golden.split('\n').filter((line) => line.startsWith('> ') || line.startsWith('#')));
      if (process.env['UPDATE_GOLDEN']) writeFileSync(new URL(file, folder), played);
      else expect(played).toBe(golden);
    });
  }

  it('gives the same state for the same commands, whenever they are applied', () => {
    const lines = readdirSync(folder).flatMap((file) =>
      readFileSync(new URL(file, folder), 'utf8')
        .split('\n')
        .filter((line) => line.startsWith('> ')),
    );
    expect(play(lines)).toBe(play(lines));
  });
});

function play(lines: string[]): string {
  const state = createState();
  const output: string[] = [];
  for (const line of lines) {
    output.push(line);
    if (line.startsWith('> ')) output.push(...print(apply(state, parse(line.slice(2))), state), '');
  }
  return output.join('\n');
}

function parse(json: string): Command {
  return JSON.parse(json, (key, value: unknown) =>
    key === 'value' && typeof value === 'string' ? Buffer.from(value) : value,
  ) as Command;
}

function print({ response, changes, leasesPut, leasesDeleted }: Applied, state: State): string[] {
  const lines = [`index ${state.appliedIndex} revision ${state.revision} compacted ${state.compactedRevision}`];
  if (response.type === 'txn') {
    lines.push(`  ${response.succeeded ? 'succeeded' : 'failed'} at ${response.revision}`);
    for (const refs of response.results) {
      lines.push(`  result [${refs.map(({ key, version }) => `${key} ${show(version)}`).join(', ')}]`);
    }
  } else {
    lines.push(`  ${JSON.stringify(response)}`);
  }
  for (const { key, version, previous, value } of changes) {
    const before = previous === undefined ? 'new' : `before ${show(previous)}`;
    lines.push(`  change ${key} ${show(version)} "${Buffer.from(value).toString()}" ${before}`);
  }
  for (const lease of leasesPut) lines.push(`  lease ${JSON.stringify(lease)}`);
  for (const id of leasesDeleted) lines.push(`  lease ${id} deleted`);
  return lines;
}

function show({ mod, sub, create, version, lease }: Version): string {
  if (version === 0) return `@${mod}.${sub} deleted`;
  return `@${mod}.${sub} since ${create} v${version}${lease === 0 ? '' : ` lease ${lease}`}`;
}
