import { ephemeralContainers } from './facts.ts';
import { newestOf } from './observed.ts';
import type { Round } from './round.ts';

/**
 * Plans the containers that somebody added to a running pod to look into it: each is started once, whatever its image
 * does and wherever the pod's other containers are, and never again.
 */
export function planEphemeral(round: Round): void {
  const { pod, observed } = round;
  for (const container of ephemeralContainers(pod)) {
    const instance = newestOf(observed, container.name);
    if (instance !== undefined && instance.state !== 'created') continue;
    // Ended, and its remains were removed.
    const reported = pod.status?.ephemeralContainerStatuses?.find((status) => status.name === container.name);
    if (reported?.state?.terminated !== undefined) continue;
    // Left between create and start by a kubelet that died: it has never run.
    if (instance !== undefined) round.actions.push({ type: 'removeContainer', id: instance.id });
    round.start('ephemeral', container);
  }
}
