import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { apply } from './apply.ts';
import type { Applied, Command, KeyRef, ResultRef } from './command.ts';
import { beginEntry, createState, type State, type Version } from './state.ts';

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
  const values = new Map<Version, Uint8Array>();
  const output: string[] = [];
  for (const line of lines) {
    output.push(line);
    if (!line.startsWith('> ')) continue;
    const { at = state.timeMs, ...command } = parse(line.slice(2));
    beginEntry(state, { index: state.appliedIndex + 1, term: 1, timeMs: at });
    const context = { timeMs: at, readValue: (version: Version) => values.get(version) as Uint8Array };
    const applied = apply(state, command, context);
    for (const { version, value } of applied.changes) values.set(version, value);
    output.push(...print(applied, state), '');
  }
  return output.join('\n');
}

/** `at` is the time of the entry; without it the time stands still. */
function parse(json: string): Command & { at?: number } {
  return JSON.parse(json, (key, value: unknown) =>
    key === 'value' && typeof value === 'string' ? Buffer.from(value) : value,
  ) as Command & { at?: number };
}

function print({ response, changes, leasesPut, leasesDeleted }: Applied, state: State): string[] {
  const lines = [`index ${state.appliedIndex} revision ${state.revision} compacted ${state.compactedRevision}`];
  if (response.type === 'txn') {
    lines.push(`  ${response.succeeded ? 'succeeded' : 'failed'} at ${response.revision}`);
    lines.push(...response.results.flatMap((result) => printResult(result, '  ')));
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

function printResult(result: ResultRef, indent: string): string[] {
  const refs = (kvs: KeyRef[]): string => `[${kvs.map(({ key, version }) => `${key} ${show(version)}`).join(', ')}]`;
  switch (result.type) {
    case 'put':
      return [`${indent}put ${refs(result.previous === undefined ? [] : [result.previous])}`];
    case 'delete':
      return [`${indent}delete ${refs(result.previous)}`];
    case 'range':
      return [`${indent}range ${refs(result.kvs)} of ${result.count}${result.more ? ', more' : ''}`];
    case 'txn':
      return [
        `${indent}txn ${result.succeeded ? 'succeeded' : 'failed'}`,
        ...result.results.flatMap((each) => printResult(each, `${indent}  `)),
      ];
  }
}

function show({ mod, sub, create, version, lease }: Version): string {
  if (version === 0) return `@${mod}.${sub} deleted`;
  return `@${mod}.${sub} since ${create} v${version}${lease === 0 ? '' : ` lease ${lease}`}`;
}
