import { spawnSync } from 'node:child_process';
import { beforeAll, expect, test } from 'vitest';
import { globalFlags } from '../cli/global-flags.ts';
import { kubectlCommands } from '../commands/command-list.ts';
import { bashCompletion, zshCompletion } from './scripts.ts';

let script = '';
beforeAll(async () => {
  const specs = await Promise.all(kubectlCommands.map(async (entry) => await entry.load()));
  script = bashCompletion(specs, globalFlags);
  expect(zshCompletion(specs, globalFlags)).toContain(script);
});

/** What bash offers after the words; names in the cluster come from a stand-in for the program. */
function complete(...words: string[]): string[] {
  const quoted = words.map((word) => `'${word}'`).join(' ');
  const ask = `wherry() { case $1 in api-resources) echo pods deployments.apps;; get) echo web-1 web-2;; esac; }
COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _wherry; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const run = spawnSync('bash', ['--norc', '-c', `${script}\n${ask}`], { encoding: 'utf8' });
  expect(run.stderr).toBe('');
  return run.stdout.trim().split('\n');
}

test('commands, subcommands and flags come from the command tree', () => {
  expect(complete('wherry', 'ro')).toEqual(['rollout']);
  expect(complete('wherry', 'rollout', 'st')).toEqual(['status']);
  expect(complete('wherry', 'get', '--show-l')).toEqual(['--show-labels']);
  expect(complete('wherry', 'get', '--kubec')).toEqual(['--kubeconfig']);
});

test('types and names come from the cluster', () => {
  expect(complete('wherry', 'get', 'dep')).toEqual(['deployments.apps']);
  expect(complete('wherry', 'describe', 'pods', 'web')).toEqual(['web-1', 'web-2']);
  expect(complete('wherry', 'logs', '-f', '')).toEqual(['web-1', 'web-2']);
});

test('every command in the list loads under its own name', async () => {
  for (const entry of kubectlCommands) expect((await entry.load()).name).toBe(entry.name);
});
