import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { defaultPlugins } from '../plugins/index.ts';
import { ClusterState } from './cluster-state.ts';
import { fitErrorMessage } from './diagnosis.ts';
import { madeUpNode, madeUpPod, type ShortNode, type ShortPod } from './made-up.ts';
import { podInfo } from './pod-info.ts';
import { schedulePod } from './schedule-pod.ts';

const directory = new URL('../testdata/', import.meta.url);
const plugins = defaultPlugins(async () => undefined);

interface Scenario {
  nodes: ShortNode[];
  pods: ShortPod[];
}

/** Decides on the pods in turn, each on a cluster that has those before it, and tells what came out. */
function play({ nodes, pods }: Scenario): string {
  const state = new ClusterState();
  for (const node of nodes) state.setNode(madeUpNode(node));
  const lines = pods.map((short) => {
    const info = podInfo(madeUpPod(short));
    if (short.on !== undefined) {
      state.setPod(info, short.on);
      return `${short.name} is on ${short.on}`;
    }
    const gate = plugins.map((plugin) => plugin.preEnqueue?.(info)).find((why) => why !== undefined);
    if (gate !== undefined) return `${short.name} is not tried: ${gate}`;
    const decision = schedulePod(plugins, state, info, { startIndex: 0, random: 0 });
    if ('diagnosis' in decision) {
      const said = plugins.map((plugin) => plugin.postFilter?.(info, decision.diagnosis, state)).find((text) => text);
      const by = [...decision.diagnosis.plugins].toSorted().join(' ');
      return `${short.name} finds no node: ${fitErrorMessage(decision.diagnosis, said)}\n  rejected by [${by}]`;
    }
    state.assume(info, decision.node);
    return `${short.name} -> ${decision.node} (one of ${decision.feasibleNodes})`;
  });
  return `${lines.join('\n')}\n`;
}

/** `UPDATE_GOLDEN=1` rewrites what is expected: review that. */
describe('scenarios', () => {
  for (const file of readdirSync(directory).filter((name) => name.endsWith('.yaml'))) {
    it(file.replace('.yaml', '').replaceAll('-', ' '), () => {
      const outcome = play(parse(readFileSync(new URL(file, directory), 'utf8')) as Scenario);
      const golden = new URL(file.replace('.yaml', '.txt'), directory);
      if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, outcome);
      expect(existsSync(golden)).toBe(true);
      expect(outcome).toBe(readFileSync(golden, 'utf8'));
    });
  }
});
