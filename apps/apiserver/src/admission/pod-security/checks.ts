import type { EphemeralContainer, PodSpec } from '@wherry/api';
import type { ObjectMeta } from '@wherry/apimachinery';
import { baselineChecks } from './baseline.ts';
import type { AnyContainer, Subject, Violation } from './check.ts';
import { restrictedChecks } from './restricted.ts';

/**
 * The violations of the Pod Security Standards (`baseline` or `restricted`, as of Kubernetes 1.`minor`), in upstream's
 * order. The restricted level has stricter forms of some baseline checks, which stand in for these.
 */
export function violationsOf(
  level: 'baseline' | 'restricted',
  minor: number,
  metadata: Pick<ObjectMeta, 'annotations'>,
  spec: PodSpec,
): Violation[] {
  const pod: Subject = { metadata, spec, containers: containersOf(spec) };
  const checks = level === 'baseline' ? baselineChecks : restrictedChecks;
  return checks.filter(({ since }) => minor >= since).flatMap((check) => check.find(pod, minor) ?? []);
}

function containersOf({ containers, initContainers, ephemeralContainers }: PodSpec): AnyContainer[] {
  const ephemeral: readonly EphemeralContainer[] = ephemeralContainers ?? [];
  return [...(initContainers ?? []), ...containers, ...ephemeral];
}
