import { fieldForbidden, semanticEqual, type FieldError } from '@wherry/apimachinery';
import type { Pod } from '../core/pod.ts';
import { podSpec } from './pod-spec.ts';

/** Of pods that stand for those in a kubelet's own manifests. */
export const mirrorAnnotation = 'kubernetes.io/config.mirror';

/** The change that PUT and PATCH of pods/ephemeralcontainers may make: additions only. */
export function validatePodEphemeralContainersUpdate(pod: Pod, old: Pod): FieldError[] {
  const errors = [...podSpec(pod.spec, 'spec', true)];
  if (old.metadata.annotations?.[mirrorAnnotation] !== undefined) {
    return [fieldForbidden('', 'static pods do not support ephemeral containers')];
  }
  for (const before of old.spec.ephemeralContainers ?? []) {
    const after = pod.spec.ephemeralContainers?.find((container) => container.name === before.name);
    const name = JSON.stringify(before.name);
    if (after === undefined) {
      errors.push(
        fieldForbidden('spec.ephemeralContainers', `existing ephemeral containers ${name} may not be removed\n`),
      );
    } else if (!semanticEqual(before, after)) {
      errors.push(
        fieldForbidden('spec.ephemeralContainers', `existing ephemeral containers ${name} may not be changed\n`),
      );
    }
  }
  return errors;
}
