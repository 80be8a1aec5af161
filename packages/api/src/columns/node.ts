import type { Node } from '../core/node.ts';
import type { Column } from '../resource.ts';
import { ageColumn, nameColumn } from './age.ts';

export const nodeColumns: readonly Column<Node>[] = [
  nameColumn,
  {
    name: 'Status',
    type: 'string',
    description: 'Whether it is ready, and whether it takes new pods.',
    priority: 0,
    cell: nodeStatus,
  },
  {
    name: 'Roles',
    type: 'string',
    description: 'Its roles, as its labels say.',
    priority: 0,
    cell: (node) => roles(node).join(',') || '<none>',
  },
  ageColumn,
  {
    name: 'Version',
    type: 'string',
    description: 'The version of its kubelet.',
    priority: 0,
    cell: (node) => node.status?.nodeInfo?.kubeletVersion ?? '',
  },
  wide('Internal-IP', 'Its address inside the cluster.', (node) => address(node, 'InternalIP') ?? '<none>'),
  wide('External-IP', 'Its address for the outside.', (node) => address(node, 'ExternalIP') ?? '<none>'),
  wide('OS-Image', 'Its operating system.', (node) => orUnknown(node.status?.nodeInfo?.osImage)),
  wide('Kernel-Version', 'Its kernel.', (node) => orUnknown(node.status?.nodeInfo?.kernelVersion)),
  wide('Container-Runtime', 'What runs its containers.', (node) =>
    orUnknown(node.status?.nodeInfo?.containerRuntimeVersion),
  ),
];

function wide(name: string, description: string, cell: (node: Node) => string): Column<Node> {
  return { name, type: 'string', description, priority: 1, cell };
}

function nodeStatus(node: Node): string {
  const ready = node.status?.conditions?.find((condition) => condition.type === 'Ready');
  const words = [ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady'];
  if (node.spec.unschedulable === true) words.push('SchedulingDisabled');
  return words.join(',');
}

const rolePrefix = 'node-role.kubernetes.io/';
function roles(node: Node): string[] {
  const found = new Set<string>();
  for (const [key, value] of Object.entries(node.metadata.labels ?? {})) {
    if (key.startsWith(rolePrefix) && key.length > rolePrefix.length) found.add(key.slice(rolePrefix.length));
    else if (key === 'kubernetes.io/role' && value !== '') found.add(value);
  }
  return [...found].toSorted();
}

function address(node: Node, type: string): string | undefined {
  return node.status?.addresses?.find((item) => item.type === type)?.address;
}

function orUnknown(text: string | undefined): string {
  return text === undefined || text === '' ? '<unknown>' : text;
}
