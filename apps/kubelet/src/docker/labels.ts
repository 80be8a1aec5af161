import type { Pod } from '@wherry/api';

/** The labels on what the kubelet makes: upstream's names where there is one, ours to tell our containers apart. */
export const labels = {
  ours: 'io.wherry',
  home: 'io.wherry.home',
  node: 'io.wherry.node',
  podName: 'io.kubernetes.pod.name',
  podNamespace: 'io.kubernetes.pod.namespace',
  podUid: 'io.kubernetes.pod.uid',
  type: 'io.kubernetes.docker.type',
  containerName: 'io.kubernetes.container.name',
  sandboxId: 'io.kubernetes.sandbox.id',
  hash: 'annotation.io.kubernetes.container.hash',
  restartCount: 'annotation.io.kubernetes.container.restartCount',
  grace: 'annotation.io.kubernetes.pod.terminationGracePeriod',
  image: 'io.wherry.container.image',
  messageFile: 'io.wherry.container.termination-file',
  messagePolicy: 'annotation.io.kubernetes.container.terminationMessagePolicy',
} as const;

/** Whose containers these are. Only containers that carry both labels are ever listed, stopped or removed. */
export interface Owner {
  readonly home: string;
  readonly node: string;
}

export function ownerLabels(owner: Owner): Record<string, string> {
  return { [labels.ours]: 'true', [labels.home]: owner.home, [labels.node]: owner.node };
}

export function podLabels(owner: Owner, pod: Pod): Record<string, string> {
  return {
    ...ownerLabels(owner),
    [labels.podName]: pod.metadata.name,
    [labels.podNamespace]: pod.metadata.namespace ?? '',
    [labels.podUid]: pod.metadata.uid ?? '',
    [labels.grace]: String(pod.spec.terminationGracePeriodSeconds ?? 30),
  };
}

/** Filters of a Docker list or event call. */
export function ownerFilter(owner: Owner): string[] {
  return Object.entries(ownerLabels(owner)).map(([name, value]) => `${name}=${value}`);
}

/** Docker's name of a container of a pod: k8s_<container>_<pod>_<namespace>_<uid>_<attempt>. */
export function dockerName(pod: Pod, container: string, attempt: number): string {
  const { name, namespace, uid } = pod.metadata;
  return `k8s_${container}_${name}_${namespace}_${uid}_${attempt}`;
}
