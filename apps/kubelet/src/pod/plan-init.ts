import type { Container } from '@wherry/api';
import { anyAppIn, initContainers, isSidecar } from './facts.ts';
import { newestOf, type ObservedContainer } from './observed.ts';
import type { Round } from './round.ts';

/**
 * Plans the init containers of the round's sandbox, one after another. 'done': app containers may run; 'wait': not
 * yet; 'failed': one failed and the pod's restart policy is Never.
 */
export function planInit(round: Round): 'done' | 'wait' | 'failed' {
  const { pod, observed, sandboxId } = round;
  // Once an app container has run here the init containers are through, even if somebody removed them.
  const through = anyAppIn(pod, observed, sandboxId);
  for (const container of initContainers(pod)) {
    const instance = newestOf(observed, container.name, sandboxId);
    const step = isSidecar(container)
      ? planSidecar(round, container, instance)
      : through
        ? 'done'
        : planOne(round, container, instance);
    if (step !== 'done' && !through) return step;
  }
  return 'done';
}

function planOne(
  round: Round,
  container: Container,
  instance: ObservedContainer | undefined,
): 'done' | 'wait' | 'failed' {
  if (instance?.state === 'running') {
    round.killIfBroken(container, instance);
    return 'wait';
  }
  if (instance?.state === 'exited' && instance.exitCode === 0) return 'done';
  if (instance?.state === 'exited' && round.pod.spec.restartPolicy === 'Never') return 'failed';
  if (instance?.state === 'created') round.actions.push({ type: 'removeContainer', id: instance.id });
  round.start('init', container);
  return 'wait';
}

function planSidecar(round: Round, container: Container, instance: ObservedContainer | undefined): 'done' | 'wait' {
  if (instance?.state === 'running') {
    if (round.killIfBroken(container, instance)) return 'wait';
    return sidecarStarted(round, container, instance) ? 'done' : 'wait';
  }
  if (instance?.state === 'created') round.actions.push({ type: 'removeContainer', id: instance.id });
  round.start('init', container);
  return 'wait';
}

function sidecarStarted(round: Round, container: Container, instance: ObservedContainer): boolean {
  if (round.history.hooks[instance.id] === 'running') return false;
  return container.startupProbe === undefined || round.history.probes[instance.id]?.started === true;
}
