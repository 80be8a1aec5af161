import { nodes } from '@wherry/api';
import { changes, type Controller } from '../runner/controller.ts';
import { parseCidr } from './cidr.ts';
import { reconcileNodeIpam, type NodeIpamView } from './reconcile.ts';

/** @throws {Error} for ranges that cannot be divided so */
export function nodeIpamController(
  clusterCidrs: readonly string[],
  maskSizes: { readonly 4: number; readonly 6: number },
): Controller<NodeIpamView> {
  const ranges = clusterCidrs.map((text) => {
    const range = parseCidr(text);
    const nodePrefix = maskSizes[range.family];
    if (nodePrefix < range.prefix) {
      throw new Error(
        `the mask of --cluster-cidr ${text} must not be longer than that of a node, which is ${nodePrefix}`,
      );
    }
    if (nodePrefix - range.prefix > 16) {
      throw new Error(`--cluster-cidr ${text} has more than 65536 parts of ${nodePrefix} bits: choose a smaller range`);
    }
    return { range, nodePrefix };
  });
  return {
    name: 'nodeipam-controller',
    component: 'cidrAllocator',
    workers: 1,
    inputs: [
      changes(nodes, (old, node) =>
        old === undefined || node === undefined || (node.spec.podCIDRs ?? []).length === 0 ? ['nodes'] : [],
      ),
    ],
    outputs: { nodes: ['patch'] },
    view: (_key, { cache }) => ({ nodes: cache.list(nodes), ranges }),
    reconcile: reconcileNodeIpam,
  };
}
