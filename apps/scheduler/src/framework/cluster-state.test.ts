import fc from 'fast-check';
import { expect, it } from 'vitest';
import { defaultPlugins } from '../plugins/index.ts';
import { ClusterState } from './cluster-state.ts';
import { fitErrorMessage } from './diagnosis.ts';
import { madeUpNode, madeUpPod, type ShortPod } from './made-up.ts';
import { podInfo } from './pod-info.ts';
import { feasibleNodesToFind, schedulePod } from './schedule-pod.ts';

const plugins = defaultPlugins(async () => undefined);

const shortPod = (i: number, milli: number, port: number | undefined): ShortPod => ({
  name: `p${i}`,
  cpu: `${milli}m`,
  memory: `${milli}Mi`,
  ...(port === undefined ? {} : { ports: [port] }),
});

type Step =
  | { do: 'decide' | 'confirm' | 'forget' | 'remove'; pod: number }
  | { do: 'move' | 'node' | 'lose'; pod: number; node: number };
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('decide', 'decide', 'confirm', 'forget', 'remove'), pod: fc.nat(11) }),
  fc.record({ do: fc.constantFrom('move', 'node', 'lose'), pod: fc.nat(11), node: fc.nat(3) }),
) as fc.Arbitrary<Step>;

it('keeps its sums equal to a count from scratch, and never decides beyond what a node has', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 1_500 }), fc.option(fc.constantFrom(80, 81), { nil: undefined })), {
        minLength: 12,
        maxLength: 12,
      }),
      fc.array(step, { maxLength: 60 }),
      (shapes, steps) => {
        const infos = shapes.map(([milli, port], i) => podInfo(madeUpPod(shortPod(i, milli, port))));
        const state = new ClusterState();
        const places = new Map<number, string>();
        const node = (i: number) => madeUpNode({ name: `n${i}`, cpu: i + 1, memory: `${i + 1}Gi`, pods: 4 });
        for (const i of [0, 1]) state.setNode(node(i));
        for (const s of steps) {
          const info = infos[s.pod];
          if (info === undefined) continue;
          if (s.do === 'decide' && !places.has(s.pod)) {
            const decision = schedulePod(plugins, state, info, { startIndex: s.pod, random: 0 });
            if ('diagnosis' in decision) {
              expect(decision.diagnosis.rejections.size).toBe(state.nodes.length);
              expect(fitErrorMessage(decision.diagnosis)).toMatch(
                /^(0\/\d+ nodes are available: \d|no nodes available)/,
              );
              continue;
            }
            state.assume(info, decision.node);
            places.set(s.pod, decision.node);
            const chosen = state.node(decision.node);
            if (info.requests.cpuMilli > 0) {
              expect(chosen?.requested.cpuMilli).toBeLessThanOrEqual(chosen?.allocatable.cpuMilli ?? 0);
            }
            expect(chosen?.pods.size).toBeLessThanOrEqual(chosen?.allowedPods ?? 0);
          } else if (s.do === 'confirm' && places.has(s.pod)) state.setPod(info, places.get(s.pod) as string);
          else if (s.do === 'forget' && state.isAssumed(info.key)) {
            state.forget(info);
            places.delete(s.pod);
          } else if (s.do === 'remove') {
            state.removePod(info.key);
            places.delete(s.pod);
          } else if (s.do === 'move') {
            state.setPod(info, `n${s.node}`);
            places.set(s.pod, `n${s.node}`);
          } else if (s.do === 'node') state.setNode(node(s.node));
          else if (s.do === 'lose') state.removeNode(`n${s.node}`);
        }
        for (const i of [0, 1, 2, 3]) {
          const here = infos.filter((_info, p) => places.get(p) === `n${i}`);
          const info = state.node(`n${i}`);
          const sum = (pick: (x: (typeof infos)[number]) => number): number => here.reduce((a, x) => a + pick(x), 0);
          expect(info?.pods.size ?? 0).toBe(here.length);
          expect(info?.requested.cpuMilli ?? 0).toBe(sum((x) => x.requests.cpuMilli));
          expect(info?.nonZero.memoryBytes ?? 0).toBe(sum((x) => x.nonZero.memoryBytes));
          const used = here.some((x) => x.hostPorts.some(({ port }) => port === 80));
          expect(info?.hostPorts.conflicts({ ip: '0.0.0.0', protocol: 'TCP', port: 80 }) ?? false).toBe(used);
        }
      },
    ),
    { numRuns: 300 },
  );
});

it('refuses to assume a pod twice, and keeps a confirmed pod that is forgotten', () => {
  const state = new ClusterState();
  state.setNode(madeUpNode({ name: 'n' }));
  const info = podInfo(madeUpPod({ name: 'p', cpu: '1' }));
  state.assume(info, 'n');
  expect(() => state.assume(info, 'n')).toThrow('already on a node');
  state.setPod(info, 'n');
  state.forget(info);
  expect(state.isPlaced('default/p')).toBe(true);
});

it('looks at all nodes of small clusters, and at a shrinking part of large ones', () => {
  expect([1, 99, 100, 200, 1_000, 5_000, 10_000].map(feasibleNodesToFind)).toEqual([1, 99, 100, 100, 420, 500, 500]);
});
