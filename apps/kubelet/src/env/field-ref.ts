import type { Container, Pod, ResourceFieldSelector } from '@wherry/api';
import { quantityMilliValue } from '@wherry/apimachinery';

/** What the pod's fields may refer to beyond the pod itself. */
export interface FieldContext {
  readonly podIp: string;
  readonly hostIp: string;
  readonly nodeName: string;
  readonly allocatable: Readonly<Record<string, string>>;
}

/** The text of a fieldRef: one value, or for whole maps one `key="value"` line each. Throws on an unknown path. */
export function fieldValue(pod: Pod, path: string, context: FieldContext): string {
  const { metadata, spec } = pod;
  const subscript = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path);
  if (subscript !== null) return metadata[subscript[1] as 'labels' | 'annotations']?.[subscript[2] ?? ''] ?? '';
  switch (path) {
    case 'metadata.name':
      return metadata.name;
    case 'metadata.namespace':
      return metadata.namespace ?? '';
    case 'metadata.uid':
      return metadata.uid ?? '';
    case 'metadata.labels':
      return mapLines(metadata.labels);
    case 'metadata.annotations':
      return mapLines(metadata.annotations);
    case 'spec.nodeName':
      return context.nodeName;
    case 'spec.serviceAccountName':
      return spec.serviceAccountName ?? '';
    case 'status.hostIP':
    case 'status.hostIPs':
      return context.hostIp;
    case 'status.podIP':
    case 'status.podIPs':
      return context.podIp;
    default:
      throw new Error(`unsupported fieldPath: ${path}`);
  }
}

/** The number of a resourceFieldRef, rounded up to its divisor; without a limit, what the node can allocate. */
export function resourceValue(container: Container, selector: ResourceFieldSelector, context: FieldContext): string {
  const [kind = '', ...rest] = selector.resource.split('.');
  const name = rest.join('.');
  const own = container.resources?.[kind as 'limits' | 'requests']?.[name];
  const fallback = kind === 'limits' ? context.allocatable[name] : container.resources?.limits?.[name];
  const amount = quantityMilliValue(own ?? fallback ?? '0');
  const divisor = quantityMilliValue(
    selector.divisor === undefined || selector.divisor === '0' ? '1' : selector.divisor,
  );
  return String(Math.ceil(amount / divisor));
}

function mapLines(map: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(map ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n');
}
