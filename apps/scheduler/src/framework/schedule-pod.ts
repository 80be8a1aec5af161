import type { ClusterView } from './cluster-state.ts';
import { CycleState } from './cycle-state.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { NodeInfo } from './node-info.ts';
import { maxNodeScore, type Plugin, type Rejection } from './plugin.ts';
import type { PodInfo } from './pod-info.ts';

export type Decision =
  | { readonly node: string; readonly evaluatedNodes: number; readonly feasibleNodes: number }
  | { readonly diagnosis: Diagnosis };

export interface DecideOptions {
  /** Where in the list of nodes to begin, so that every node has its turn when not all are looked at. */
  readonly startIndex: number;
  /** In [0, 1); picks among the best. */
  readonly random: number;
}

/** The node for a pod, or why there is none. Pure. */
export function schedulePod(
  plugins: readonly Plugin[],
  view: ClusterView,
  info: PodInfo,
  options: DecideOptions,
): Decision {
  const nodeCount = view.nodes.length;
  if (nodeCount === 0) return { diagnosis: { nodeCount, rejections: new Map(), plugins: new Set() } };
  const cycle = new CycleState();
  const prepared = runPreFilter(plugins, cycle, info, view);
  if ('diagnosis' in prepared) return prepared;
  const { feasible, evaluated, rejections, rejectedBy } = runFilter(prepared, cycle, info, view, options.startIndex);
  if (feasible.length === 0) {
    const named = [...rejectedBy, ...prepared.narrowedBy];
    return { diagnosis: { nodeCount, rejections, absent: absentRejection(prepared), plugins: new Set(named) } };
  }
  const counts = { evaluatedNodes: evaluated, feasibleNodes: feasible.length };
  if (feasible.length === 1) return { node: (feasible[0] as NodeInfo).name, ...counts };
  const totals = runScore(plugins, cycle, info, view, feasible);
  return { node: pickBest(feasible, totals, options.random), ...counts };
}

interface Prepared {
  readonly filters: readonly Plugin[];
  readonly nodes: readonly NodeInfo[];
  readonly narrowedBy: readonly string[];
}

function runPreFilter(
  plugins: readonly Plugin[],
  cycle: CycleState,
  info: PodInfo,
  view: ClusterView,
): Prepared | { diagnosis: Diagnosis } {
  const filters: Plugin[] = [];
  const narrowedBy: string[] = [];
  let names: ReadonlySet<string> | undefined;
  for (const plugin of plugins) {
    const answer = plugin.preFilter?.(cycle, info, view);
    if (answer !== 'skip' && plugin.filter !== undefined) filters.push(plugin);
    if (answer === undefined || answer === 'skip') continue;
    if ('rejection' in answer) {
      const diagnosis = {
        nodeCount: view.nodes.length,
        rejections: new Map(view.nodes.map((node) => [node.name, answer.rejection])),
        preFilterMessage: answer.rejection.reasons.join(', '),
        plugins: new Set([plugin.name]),
      };
      return { diagnosis };
    }
    narrowedBy.push(plugin.name);
    names = names === undefined ? answer.nodeNames : names.intersection(answer.nodeNames);
  }
  if (names === undefined) return { filters, nodes: view.nodes, narrowedBy };
  const nodes = [...names].map((name) => view.node(name)).filter((node) => node?.node !== undefined) as NodeInfo[];
  return { filters, nodes, narrowedBy };
}

function absentRejection(prepared: Prepared): Rejection | undefined {
  if (prepared.narrowedBy.length === 0) return undefined;
  const reason = `node(s) didn't satisfy plugin(s) [${prepared.narrowedBy.toSorted().join(' ')}]`;
  return { unresolvable: true, reasons: [reason] };
}

function runFilter(prepared: Prepared, cycle: CycleState, info: PodInfo, view: ClusterView, startIndex: number) {
  const { filters, nodes } = prepared;
  const enough = feasibleNodesToFind(view.nodes.length);
  const feasible: NodeInfo[] = [];
  const rejections = new Map<string, Rejection>();
  const rejectedBy = new Set<string>();
  let evaluated = 0;
  for (; evaluated < nodes.length && feasible.length < enough; evaluated++) {
    const node = nodes[(startIndex + evaluated) % nodes.length] as NodeInfo;
    const rejected = filterNode(filters, cycle, info, node);
    if (rejected === undefined) feasible.push(node);
    else {
      rejections.set(node.name, rejected.rejection);
      rejectedBy.add(rejected.plugin);
    }
  }
  return { feasible, evaluated, rejections, rejectedBy };
}

/** The first plugin to reject a node is the only one heard on it. */
function filterNode(filters: readonly Plugin[], cycle: CycleState, info: PodInfo, node: NodeInfo) {
  for (const plugin of filters) {
    const rejection = plugin.filter?.(cycle, info, node);
    if (rejection !== undefined) return { plugin: plugin.name, rejection };
  }
  return undefined;
}

/** In large clusters the best of a part will do (upstream's adaptive percentageOfNodesToScore). */
export function feasibleNodesToFind(nodeCount: number): number {
  const atLeast = 100;
  if (nodeCount < atLeast) return nodeCount;
  const percentage = Math.max(5, 50 - Math.trunc(nodeCount / 125));
  return Math.max(atLeast, Math.trunc((nodeCount * percentage) / 100));
}

function runScore(
  plugins: readonly Plugin[],
  cycle: CycleState,
  info: PodInfo,
  view: ClusterView,
  feasible: readonly NodeInfo[],
): number[] {
  const totals = new Array<number>(feasible.length).fill(0);
  for (const plugin of plugins) {
    if (plugin.score === undefined || plugin.preScore?.(cycle, info, feasible) === 'skip') continue;
    const scores = feasible.map((node) => plugin.score?.(cycle, info, node, view) ?? 0);
    plugin.normalizeScores?.(cycle, scores);
    const weight = plugin.weight ?? 1;
    for (let i = 0; i < totals.length; i++) {
      const score = scores[i] as number;
      if (!(score >= 0 && score <= maxNodeScore)) throw new Error(`plugin ${plugin.name} gave the score ${score}`);
      totals[i] = (totals[i] as number) + weight * score;
    }
  }
  return totals;
}

function pickBest(nodes: readonly NodeInfo[], totals: readonly number[], random: number): string {
  const best = totals.reduce((a, b) => Math.max(a, b), 0);
  const ties = nodes.filter((_node, i) => totals[i] === best);
  return (ties[Math.floor(random * ties.length)] as NodeInfo).name;
}
