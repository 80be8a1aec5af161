import type { Pod, Toleration } from '@wherry/api';
import type { AdmissionPlugin } from './chain.ts';

const SECONDS = 300;
const keys = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

/** Pods stay five minutes on a node that is gone, unless they say otherwise. */
export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  concerns: ['/pods'],
  mutate(request) {
    const { served, operation, subresource } = request;
    if (operation === 'DELETE' || subresource !== '' || served.resource.kind !== 'Pod') return;
    const { spec } = request.object as Pod;
    const present = spec.tolerations ?? [];
    const missing = keys.filter((key) => !present.some((toleration) => tolerates(toleration, key)));
    if (missing.length === 0) return;
    const added = missing.map(
      (key): Toleration => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: SECONDS }),
    );
    spec.tolerations = [...present, ...added];
  },
};

function tolerates(toleration: Toleration, key: string): boolean {
  const sameKey = toleration.key === key || (toleration.key ?? '') === '';
  const effect = toleration.effect ?? '';
  return sameKey && (effect === 'NoExecute' || effect === '');
}
