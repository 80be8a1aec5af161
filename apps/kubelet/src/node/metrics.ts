import { Gauge, type Registry } from '@wherry/daemon/metrics';
import { runningContainers } from '../pod/facts.ts';
import type { World } from '../docker/world.ts';

/** The kubelet's own metrics, under upstream's names; counted when they are asked for. */
export function registerMetrics(registry: Registry, world: World, nodeName: string): void {
  const observed = () => world.podUids().map((uid) => world.pod(uid));
  new Gauge({
    name: 'kubelet_running_pods',
    help: 'Number of pods that have a running pod sandbox',
    registers: [registry],
    collect() {
      this.set(observed().filter(({ sandboxes }) => sandboxes[0]?.running === true).length);
    },
  });
  new Gauge({
    name: 'kubelet_running_containers',
    help: 'Number of containers currently running',
    labelNames: ['container_state'],
    registers: [registry],
    collect() {
      const all = observed();
      const running = all.reduce((sum, pod) => sum + runningContainers(pod).length, 0);
      const exited = all.reduce((sum, pod) => sum + pod.containers.filter(({ state }) => state === 'exited').length, 0);
      this.set({ container_state: 'running' }, running);
      this.set({ container_state: 'exited' }, exited);
    },
  });
  new Gauge({
    name: 'kubelet_node_name',
    help: "The node's name. The count is always 1.",
    labelNames: ['node'],
    registers: [registry],
  }).set({ node: nodeName }, 1);
}
