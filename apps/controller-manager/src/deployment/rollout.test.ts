import { expect, test } from 'vitest';
import type { ObjectMeta } from '@wherry/apimachinery';
import type { Deployment, Pod, ReplicaSet } from '@wherry/api';
import { formatTime } from '@wherry/client';
import { reconcileReplicaSet } from '../replica-set/reconcile.ts';
import type { Plan } from '../runner/plan.ts';
import { maxSurge, maxUnavailable } from './bounds.ts';
import { reconcileDeployment } from './reconcile.ts';

/** A generator of numbers in [0, 1) that gives the same for the same seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A Deployment, its ReplicaSets and pods, changed by the plans of both cores and by a kubelet of chance. */
class World {
  deployment: Deployment;
  sets: ReplicaSet[] = [];
  pods: Pod[] = [];
  now = Date.parse('2026-01-01T00:00:00Z');
  readonly #random: () => number;
  #uid = 0;

  constructor(deployment: Deployment, seed: number) {
    this.deployment = { ...deployment, metadata: { ...deployment.metadata, uid: 'd', generation: 1 } };
    this.#random = random(seed);
  }

  chance(below: number): number {
    return Math.floor(this.#random() * below);
  }

  change(spec: Partial<Deployment['spec']>): void {
    const { metadata } = this.deployment;
    const generation = (metadata.generation ?? 0) + 1;
    this.deployment = {
      ...this.deployment,
      metadata: { ...metadata, generation },
      spec: { ...this.deployment.spec, ...spec },
    };
  }

  /** One of: the Deployment's turn, a ReplicaSet's turn, something happens to a pod. @returns whether anything changed */
  step(): boolean {
    this.now += 1000;
    const turn = this.chance(3);
    if (turn === 0) return this.deploymentTurn();
    const set = this.sets[this.chance(Math.max(1, this.sets.length))];
    if (turn === 1) return set !== undefined && this.setTurn(set);
    return this.podTurn();
  }

  deploymentTurn(): boolean {
    const view = {
      deployment: this.deployment,
      sets: this.sets,
      claims: [],
      pods: this.pods,
      failure: undefined,
      taken: undefined,
    };
    return this.#apply(reconcileDeployment(view, this.now));
  }

  setTurn(set: ReplicaSet): boolean {
    const pods = this.pods.filter((pod) => pod.metadata.ownerReferences?.[0]?.uid === set.metadata.uid);
    return this.#apply(reconcileReplicaSet({ set, pods, related: this.pods, failure: undefined }, this.now));
  }

  podTurn(): boolean {
    const idle = this.pods.filter((pod) => pod.metadata.deletionTimestamp !== undefined || !isReady(pod));
    const pod = idle[this.chance(Math.max(1, idle.length))];
    if (pod === undefined) return false;
    if (pod.metadata.deletionTimestamp !== undefined) this.pods = this.pods.filter((one) => one !== pod);
    else
      this.#replacePod(pod, {
        ...pod,
        status: {
          phase: 'Running',
          conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: formatTime(this.now) }],
        },
      });
    return true;
  }

  breakOnePod(): void {
    const pod = this.pods[this.chance(Math.max(1, this.pods.length))];
    if (pod !== undefined) this.#replacePod(pod, { ...pod, status: { phase: 'Running' } });
  }

  #apply(plan: Plan): boolean {
    let changed = false;
    for (const { patch } of plan.patch ?? []) {
      const { annotations } = (patch as { metadata: ObjectMeta }).metadata;
      const { metadata } = this.deployment;
      this.deployment = {
        ...this.deployment,
        metadata: { ...metadata, annotations: { ...metadata.annotations, ...annotations } },
      };
      changed = true;
    }
    for (const { resource, object } of plan.create ?? []) {
      const uid = `${(this.#uid += 1)}`;
      const metadata = { ...object.metadata, uid, generation: 1, creationTimestamp: formatTime(this.now) };
      if (resource === 'pods') this.pods.push({ ...(object as Pod), metadata: { ...metadata, name: `p${uid}` } });
      else if (this.sets.some((set) => set.metadata.name === metadata.name)) throw new Error(`twice: ${metadata.name}`);
      else this.sets.push({ ...(object as ReplicaSet), metadata });
      changed = true;
    }
    for (const { object } of plan.update ?? []) {
      const generation = (object.metadata.generation ?? 0) + 1;
      this.sets = this.sets.map((set) =>
        set.metadata.uid === object.metadata.uid
          ? { ...(object as ReplicaSet), status: set.status, metadata: { ...object.metadata, generation } }
          : set,
      );
      changed = true;
    }
    for (const { resource, uid } of plan.delete ?? []) {
      if (resource !== 'pods') this.sets = this.sets.filter((set) => set.metadata.uid !== uid);
      const pod = this.pods.find((one) => one.metadata.uid === uid);
      if (pod !== undefined)
        this.#replacePod(pod, { ...pod, metadata: { ...pod.metadata, deletionTimestamp: formatTime(this.now) } });
      changed = true;
    }
    for (const { object } of plan.status ?? []) {
      const { status } = object as Deployment & ReplicaSet;
      if (object.metadata.uid === 'd') this.deployment = { ...this.deployment, status };
      else
        this.sets = this.sets.map((set) =>
          set.metadata.uid === object.metadata.uid ? { ...set, status: status as ReplicaSet['status'] } : set,
        );
      changed = true;
    }
    return changed;
  }

  #replacePod(old: Pod, pod: Pod): void {
    this.pods = this.pods.map((one) => (one === old ? pod : one));
  }
}

function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.[0]?.status === 'True';
}

function deployment(spec: Partial<Deployment['spec']>): Deployment {
  return {
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas: 5,
      progressDeadlineSeconds: 600,
      revisionHistoryLimit: 2,
      selector: { matchLabels: { app: 'web' } },
      template: template('one'),
      ...spec,
    },
  };
}

function template(image: string): Deployment['spec']['template'] {
  return {
    metadata: { labels: { app: 'web' } } as unknown as ObjectMeta,
    spec: { containers: [{ name: 'c', image }] },
  };
}

function settle(world: World, check: () => void): void {
  let idle = 0;
  for (let steps = 0; idle < 200; steps++) {
    if (steps > 20_000) throw new Error('it does not settle');
    idle = world.step() ? 0 : idle + 1;
    check();
  }
}

test('whatever the order of events, a rolling update keeps its bounds and ends with the new template', () => {
  for (let seed = 1; seed <= 40; seed++) {
    const rollingUpdate = [
      { maxSurge: 1, maxUnavailable: 0 },
      { maxSurge: 0, maxUnavailable: 1 },
      { maxSurge: '25%', maxUnavailable: '25%' },
      { maxSurge: '100%', maxUnavailable: '50%' },
    ][seed % 4];
    const world = new World(deployment({ strategy: { type: 'RollingUpdate', rollingUpdate } }), seed);
    settle(world, () => undefined);
    for (let round = 0; round < 4; round++) {
      world.change({ template: template(`image-${world.chance(3)}`) });
      const { spec } = world.deployment;
      settle(world, () => {
        const live = world.pods.filter((pod) => pod.metadata.deletionTimestamp === undefined);
        const replicas = spec.replicas ?? 1;
        expect(live.filter(isReady).length, `seed ${seed}`).toBeGreaterThanOrEqual(
          replicas - maxUnavailable(world.deployment),
        );
        // What is asked for, not the pods: a ReplicaSet may be slow to delete what it no longer wants.
        const asked = world.sets.reduce((sum, set) => sum + (set.spec.replicas ?? 0), 0);
        expect(asked, `seed ${seed}`).toBeLessThanOrEqual(replicas + maxSurge(world.deployment));
      });
      const images = new Set(world.pods.map((pod) => pod.spec.containers[0]?.image));
      expect([...images], `seed ${seed}`).toEqual([spec.template.spec?.containers[0]?.image]);
      expect(world.deployment.status, `seed ${seed}`).toMatchObject({
        replicas: 5,
        updatedReplicas: 5,
        availableReplicas: 5,
      });
      // revisionHistoryLimit, and the one in use.
      expect(world.sets.length, `seed ${seed}`).toBeLessThanOrEqual(3);
    }
  }
});

test('whatever the order of events, scaling in the midst of a rollout and broken pods end with the wanted replicas', () => {
  for (let seed = 1; seed <= 150; seed++) {
    const world = new World(
      deployment({ strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } } }),
      seed,
    );
    for (let i = 0; i < 200; i++) {
      world.step();
      if (i % 40 === 10) world.change({ template: template(`image-${world.chance(3)}`) });
      if (i % 40 === 20) world.change({ replicas: world.chance(12) });
      if (i % 40 === 30) world.breakOnePod();
    }
    settle(world, () => undefined);
    const { replicas } = world.deployment.spec;
    expect(world.pods.length, `seed ${seed}`).toBe(replicas);
    expect(world.deployment.status?.availableReplicas ?? 0, `seed ${seed}`).toBe(replicas);
    expect(world.deployment.status?.observedGeneration, `seed ${seed}`).toBe(world.deployment.metadata.generation);
  }
});

test('a recreated deployment never runs two templates at a time', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const world = new World(deployment({ strategy: { type: 'Recreate' } }), seed);
    settle(world, () => undefined);
    world.change({ template: template('two') });
    settle(world, () => {
      const images = new Set(world.pods.map((pod) => pod.spec.containers[0]?.image));
      expect(images.size, `seed ${seed}`).toBeLessThanOrEqual(1);
    });
    expect(
      world.pods.map((pod) => pod.spec.containers[0]?.image),
      `seed ${seed}`,
    ).toEqual(Array.from({ length: 5 }, () => 'two'));
  }
});
