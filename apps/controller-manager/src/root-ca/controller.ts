import { deepEqual } from '@wherry/apimachinery';
import { configMaps, namespaces, type ConfigMap, type Namespace } from '@wherry/api';
import { keyOf } from '@wherry/client';
import { input, type Controller } from '../runner/controller.ts';
import type { Plan } from '../runner/plan.ts';

interface RootCaView {
  readonly namespace: Namespace;
  readonly current: ConfigMap | undefined;
  /** PEM */
  readonly rootCa: string;
}

const name = 'kube-root-ca.crt';
const descriptionAnnotation = 'kubernetes.io/description';
const description =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the ' +
  'internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

/** Keeps the ConfigMap kube-root-ca.crt, by which pods verify the apiserver, in every namespace. */
export function rootCaController(rootCa: string): Controller<RootCaView> {
  return {
    name: 'root-ca-certificate-publisher-controller',
    component: 'root-ca-cert-publisher',
    workers: 1,
    inputs: [
      input(namespaces, (namespace) => [keyOf(namespace)]),
      input(configMaps, ({ metadata }) => (metadata.name === name ? [metadata.namespace ?? ''] : [])),
    ],
    outputs: { configmaps: ['create', 'update'] },
    view(key, { cache }) {
      const namespace = cache.get(namespaces, key);
      if (namespace === undefined) return undefined;
      return { namespace, current: cache.get(configMaps, `${key}/${name}`), rootCa };
    },
    reconcile: reconcileRootCa,
  };
}

export function reconcileRootCa({ namespace, current, rootCa }: RootCaView): Plan {
  if (namespace.status?.phase === 'Terminating') return {};
  const data = { 'ca.crt': rootCa };
  const annotations = { ...current?.metadata.annotations, [descriptionAnnotation]: description };
  if (current === undefined) {
    const metadata = { name, namespace: namespace.metadata.name, annotations };
    return { create: [{ resource: 'configmaps', object: { metadata, data } as ConfigMap, mayExist: true }] };
  }
  const described = current.metadata.annotations?.[descriptionAnnotation] === description;
  if (deepEqual(current.data, data) && described) return {};
  const object: ConfigMap = { ...current, metadata: { ...current.metadata, annotations }, data };
  return { update: [{ resource: 'configmaps', object }] };
}
