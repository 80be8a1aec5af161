import { forbidden } from '@wherry/apimachinery';
import type { Pod, ServiceAccount } from '@wherry/api';
import { lookUp } from '../registry/registry.ts';
import type { AdmissionPlugin } from './chain.ts';

const MIRROR = 'kubernetes.io/config.mirror';

/** Every pod has a service account; pull secrets come from it unless the pod names its own. */
export const serviceAccount: AdmissionPlugin = {
  name: 'ServiceAccount',
  mutate(request, registry) {
    const { served, operation, subresource, namespace } = request;
    if (operation !== 'CREATE' || subresource !== '' || served.resource.kind !== 'Pod') return;
    const pod = request.object as Pod;
    // Static pods mirrored by a kubelet have none.
    if (pod.metadata.annotations?.[MIRROR] !== undefined) return;
    const { spec } = pod;
    if ((spec.serviceAccountName ?? '') === '') spec.serviceAccountName = spec.serviceAccount || 'default';
    const name = spec.serviceAccountName ?? 'default';
    spec.serviceAccount = name;
    const found = lookUp(registry, '/v1/serviceaccounts', `${namespace}/${name}`) as ServiceAccount | undefined;
    if (found === undefined && name !== 'default') {
      const why = `error looking up service account ${namespace}/${name}: serviceaccount ${JSON.stringify(name)} not found`;
      throw forbidden({ group: '', resource: 'pods' }, pod.metadata.name, why);
    }
    const secrets = found?.imagePullSecrets ?? [];
    if (secrets.length > 0 && (spec.imagePullSecrets?.length ?? 0) === 0) {
      spec.imagePullSecrets = secrets.map((secret) => ({ ...secret }));
    }
  },
};
