import { forbidden, notFound } from '@wherry/apimachinery';
import type { Namespace } from '@wherry/api';
import { lookUp, type Registry } from '../registry/registry.ts';
import { groupResource } from '../registry/object-meta.ts';
import type { AdmissionPlugin, AdmissionRequest } from './chain.ts';

const immortal = new Set(['default', 'kube-system', 'kube-public']);
const namespaces = { group: '', resource: 'namespaces' };

/** Nothing is made in a namespace that does not exist or is on its way out; the system's namespaces stay. */
export const namespaceLifecycle: AdmissionPlugin = {
  name: 'NamespaceLifecycle',
  mutate(request, registry) {
    const { served, namespace, operation, name } = request;
    const isNamespace = served.resource.group === '' && served.resource.plural === 'namespaces';
    if (isNamespace) {
      if (operation === 'DELETE' && immortal.has(name)) {
        throw forbidden(namespaces, name, 'this namespace may not be deleted');
      }
      return;
    }
    if (operation !== 'CREATE' || !served.resource.namespaced) return;
    const found = find(registry, namespace);
    if (found !== undefined) return refuseTerminating(request, found);
    // It may have been made a moment ago.
    return registry.hub.sync().then(() => {
      const made = find(registry, namespace);
      if (made === undefined) throw notFound(namespaces, namespace);
      refuseTerminating(request, made);
    });
  },
};

function find(registry: Registry, name: string): Namespace | undefined {
  return lookUp(registry, '/v1/namespaces', name) as Namespace | undefined;
}

function refuseTerminating({ served, namespace, object }: AdmissionRequest, { status }: Namespace): void {
  if (status?.phase !== 'Terminating') return;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const refusal = forbidden(groupResource(served), object?.metadata.name ?? '', why);
  refusal.status.details = {
    ...refusal.status.details,
    causes: [
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${namespace} is being terminated`,
        field: 'metadata.namespace',
      },
    ],
  };
  throw refusal;
}
