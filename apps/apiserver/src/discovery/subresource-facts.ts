import type { Resource } from '@wherry/api';

export interface SubresourceFacts {
  kind: string;
  verbs: readonly string[];
  /** Where the kind is of another group and version than its parent. */
  group?: string;
  version?: string;
}

const object = ['get', 'patch', 'update'];
const proxied = ['create', 'delete', 'get', 'patch', 'update'];
const scale: SubresourceFacts = { kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: object };

/** What a subresource answers to; `status` and whatever else is absent here has the parent's kind. */
const facts: Readonly<Record<string, SubresourceFacts>> = {
  'pods/attach': { kind: 'PodAttachOptions', verbs: ['create', 'get'] },
  'pods/binding': { kind: 'Binding', verbs: ['create'] },
  'pods/eviction': { kind: 'Eviction', group: 'policy', version: 'v1', verbs: ['create'] },
  'pods/exec': { kind: 'PodExecOptions', verbs: ['create', 'get'] },
  'pods/log': { kind: 'Pod', verbs: ['get'] },
  'pods/portforward': { kind: 'PodPortForwardOptions', verbs: ['create', 'get'] },
  'pods/proxy': { kind: 'PodProxyOptions', verbs: proxied },
  'services/proxy': { kind: 'ServiceProxyOptions', verbs: proxied },
  'nodes/proxy': { kind: 'NodeProxyOptions', verbs: proxied },
  'namespaces/finalize': { kind: 'Namespace', verbs: ['update'] },
  'serviceaccounts/token': {
    kind: 'TokenRequest',
    group: 'authentication.k8s.io',
    version: 'v1',
    verbs: ['create'],
  },
};

export function subresourceFacts(resource: Resource, name: string): SubresourceFacts {
  if (name === 'scale') return scale;
  const known = resource.custom ? undefined : facts[`${resource.plural}/${name}`];
  return known ?? { kind: resource.kind, verbs: object };
}
