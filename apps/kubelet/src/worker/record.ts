import type { Pod } from '@wherry/api';
import { objectReference } from '@wherry/client';
import type { NodeParts } from './node.ts';

export function recordPodEvent(
  { recorder }: Pick<NodeParts, 'recorder'>,
  pod: Pod,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
): void {
  recorder.event(typed(pod), type, reason, message);
}

/** An Event about one container: it names the container by a field path, as kubectl describe expects. */
export function recordContainerEvent(
  { recorder }: Pick<NodeParts, 'recorder'>,
  pod: Pod,
  container: string,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
): void {
  const has = (list: readonly { readonly name: string }[] | undefined): boolean =>
    list?.some(({ name }) => name === container) === true;
  const { initContainers, ephemeralContainers } = pod.spec;
  const list = has(initContainers) ? 'initContainers' : has(ephemeralContainers) ? 'ephemeralContainers' : 'containers';
  const fieldPath = `spec.${list}{${container}}`;
  recorder.event({ ...objectReference(typed(pod)), fieldPath }, type, reason, message);
}

function typed(pod: Pod): Pod {
  return { ...pod, apiVersion: 'v1', kind: 'Pod' };
}
