type Labels = Readonly<Record<string, string>> | undefined;

const RESTRICTED = 'node-restriction.kubernetes.io';
/** Upstream's k8s.io/kubelet/pkg/apis: what kubelets have always said of themselves. */
const own = new Set([
  'kubernetes.io/hostname',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'node.kubernetes.io/instance-type',
  'beta.kubernetes.io/instance-type',
  'node.kubernetes.io/windows-build',
  'kubernetes.io/os',
  'kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/arch',
]);
const ownNamespaces = ['kubelet.kubernetes.io', 'node.kubernetes.io'];

/** The labels that differ and that a kubelet may not set, change or remove: it could draw pods to its node by them. */
export function forbiddenLabels(labels: Labels, old: Labels): string[] {
  const keys = new Set([...Object.keys(labels ?? {}), ...Object.keys(old ?? {})]);
  return [...keys].filter((key) => labels?.[key] !== old?.[key] && isForbidden(key)).sort();
}

function isForbidden(key: string): boolean {
  const namespace = key.includes('/') ? key.slice(0, key.indexOf('/')) : '';
  if (isWithin(namespace, RESTRICTED)) return true;
  const reserved = isWithin(namespace, 'kubernetes.io') || isWithin(namespace, 'k8s.io');
  return reserved && !own.has(key) && !ownNamespaces.some((allowed) => isWithin(namespace, allowed));
}

function isWithin(namespace: string, domain: string): boolean {
  return namespace === domain || namespace.endsWith(`.${domain}`);
}
