import type { Node, Pod } from '@wherry/api';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { defaultPlugins } from '../plugins/index.ts';
import { nodeChanges } from './cluster-event.ts';
import { ClusterState } from './cluster-state.ts';
import { madeUpNode, madeUpPod, type ShortNode, type ShortPod } from './made-up.ts';
import { podInfo } from './pod-info.ts';
import { schedulePod } from './schedule-pod.ts';
import { SchedulingQueue } from './scheduling-queue.ts';

const plugins = defaultPlugins(async () => undefined);
const zone = fc.constantFrom('a', 'b');

const node: fc.Arbitrary<ShortNode> = fc.record({
  name: fc.constantFrom('n0', 'n1', 'n2'),
  cpu: fc.constantFrom(1, 2, 4),
  pods: fc.constantFrom(0, 2, 5),
  labels: fc.record({ zone }),
  taints: fc.constantFrom<string[]>([], ['k=v:NoSchedule'], ['k=v:PreferNoSchedule', 'x=y:NoExecute']),
  unschedulable: fc.boolean(),
});
const pod: fc.Arbitrary<ShortPod> = fc.record({
  name: fc.constantFrom('p0', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7'),
  cpu: fc.constantFrom('100m', '1', '3'),
  ports: fc.constantFrom<number[]>([], [80], [80, 81]),
  spec: fc.record({
    priority: fc.nat(2),
    nodeSelector: fc.constantFrom<Record<string, string>>({}, { zone: 'a' }, { zone: 'b' }),
    tolerations: fc.constantFrom<NonNullable<Pod['spec']['tolerations']>>(
      [],
      [{ key: 'k', operator: 'Exists' }],
      [{ operator: 'Exists' }],
    ),
    schedulingGates: fc.constantFrom<{ name: string }[]>([], [], [], [{ name: 'g' }]),
  }),
});
type Step = { node: ShortNode } | { loseNode: string } | { pod: ShortPod } | { losePod: string };
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ node }),
  fc.record({ loseNode: fc.constantFrom('n0', 'n1', 'n2') }),
  fc.record({ pod }),
  fc.record({ pod }),
  fc.record({ losePod: fc.constantFrom('p0', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7') }),
);

/** The core without its shell: every decision is bound at once, and time passes between the steps. */
class World {
  readonly state = new ClusterState();
  readonly queue = new SchedulingQueue(plugins);
  readonly pods = new Map<string, Pod>();
  readonly nodes = new Map<string, Node>();
  nowMs = 0;

  take(change: Step): void {
    this.nowMs += 20_000;
    if ('node' in change) this.#setNode(madeUpNode(change.node));
    else if ('pod' in change) this.#addPod(madeUpPod(change.pod));
    else if ('losePod' in change) this.#removePod(`default/${change.losePod}`);
    else {
      this.nodes.delete(change.loseNode);
      this.state.removeNode(change.loseNode);
    }
    this.#work();
  }

  #setNode(made: Node): void {
    const old = this.nodes.get(made.metadata.name);
    this.nodes.set(made.metadata.name, made);
    const info = this.state.setNode(made);
    if (old === undefined) this.queue.wake({ type: 'node-added', node: info }, this.nowMs);
    else {
      const changes = nodeChanges(old, made);
      if (changes.size > 0) this.queue.wake({ type: 'node-updated', node: info, changes }, this.nowMs);
    }
  }
  #addPod(made: Pod): void {
    const info = podInfo(made);
    const known = this.pods.get(info.key);
    // What may change of a pod that waits, by an update: all that these pods have.
    if (known !== undefined && this.state.isPlaced(info.key)) return;
    this.pods.set(info.key, made);
    this.queue.update(info, true, this.nowMs);
  }
  #removePod(key: string): void {
    this.pods.delete(key);
    this.queue.delete(key);
    const freed = this.state.removePod(key);
    if (freed !== undefined) this.queue.wake({ type: 'pod-freed', freed }, this.nowMs);
  }
  #work(): void {
    // Woken pods may still have to wait out their back-off.
    for (const nowMs of [this.nowMs, this.nowMs + 10_000]) {
      for (let next = this.queue.pop(nowMs); next !== undefined; next = this.queue.pop(nowMs)) {
        const decision = schedulePod(plugins, this.state, next.info, { startIndex: next.attempts, random: 0.5 });
        if ('diagnosis' in decision) this.queue.fail(next, decision.diagnosis.plugins, nowMs);
        else {
          this.state.assume(next.info, decision.node);
          this.queue.delete(next.info.key);
        }
      }
    }
  }
}

it('never leaves a pod waiting for which there is a node, and never loses one', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const world = new World();
      for (const change of steps) {
        world.take(change);
        const waiting = [...world.pods.keys()].filter((key) => !world.state.isPlaced(key));
        const { active, backoff, unschedulable, gated } = world.queue.counts;
        expect([active, backoff]).toEqual([0, 0]);
        expect(unschedulable + gated).toBe(waiting.length);
        for (const key of waiting) {
          const queued = world.queue.get(key);
          expect(queued?.queue).toBe(queued?.info.pod.spec.schedulingGates?.length === 0 ? 'unschedulable' : 'gated');
          if (queued === undefined || queued.queue === 'gated') continue;
          const decision = schedulePod(plugins, world.state, queued.info, { startIndex: 0, random: 0 });
          expect('diagnosis' in decision ? 'no node' : decision.node).toBe('no node');
        }
      }
    }),
    { numRuns: 1_000 },
  );
});
