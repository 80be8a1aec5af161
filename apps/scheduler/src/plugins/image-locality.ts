import { maxNodeScore, type Plugin } from '../framework/plugin.ts';

const megabyte = 1024 * 1024;
const minBytes = 23 * megabyte;
const maxBytesPerContainer = 1_000 * megabyte;

/** Prefers nodes that have the pod's images; an image that few nodes have counts less, lest all pods go there. */
export const imageLocality: Plugin = {
  name: 'ImageLocality',
  score(_cycle, info, node, view) {
    if (node.imageBytes.size === 0) return 0;
    const containers = [...(info.pod.spec.initContainers ?? []), ...info.pod.spec.containers];
    let sum = 0;
    for (const { image } of containers) {
      const name = normalizedImage(image ?? '');
      const bytes = node.imageBytes.get(name);
      if (bytes !== undefined) sum += Math.trunc(bytes * (view.imageNodes(name) / view.nodes.length));
    }
    const max = maxBytesPerContainer * containers.length;
    const bounded = Math.min(max, Math.max(minBytes, sum));
    return Math.trunc((maxNodeScore * (bounded - minBytes)) / (max - minBytes));
  },
};

function normalizedImage(name: string): string {
  return name.lastIndexOf(':') <= name.lastIndexOf('/') ? `${name}:latest` : name;
}
