import { namespaces, serviceAccounts, type Namespace } from '@wherry/api';
import { keyOf } from '@wherry/client';
import { changes, input, type Controller } from '../runner/controller.ts';
import type { Plan } from '../runner/plan.ts';

interface ServiceAccountView {
  readonly namespace: Namespace;
  readonly exists: boolean;
}

/** Keeps the service account `default` in every namespace. */
export function serviceAccountController(workers: number): Controller<ServiceAccountView> {
  return {
    name: 'serviceaccount-controller',
    component: 'serviceaccount-controller',
    workers,
    inputs: [
      input(namespaces, (namespace) => [keyOf(namespace)]),
      changes(serviceAccounts, (old, account) =>
        old?.metadata.name === 'default' && account === undefined ? [old.metadata.namespace ?? ''] : [],
      ),
    ],
    outputs: { serviceaccounts: ['create'] },
    view(key, { cache }) {
      const namespace = cache.get(namespaces, key);
      if (namespace === undefined) return undefined;
      return { namespace, exists: cache.get(serviceAccounts, `${key}/default`) !== undefined };
    },
    reconcile: reconcileServiceAccount,
  };
}

export function reconcileServiceAccount({ namespace, exists }: ServiceAccountView): Plan {
  if (exists || namespace.status?.phase === 'Terminating') return {};
  const object = { metadata: { name: 'default', namespace: namespace.metadata.name } };
  return { create: [{ resource: 'serviceaccounts', object, mayExist: true }] };
}
