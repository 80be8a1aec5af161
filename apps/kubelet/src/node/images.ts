import type { ContainerImage } from '@wherry/api';
import type Docker from 'dockerode';

const maxImages = 50;
const maxNames = 5;

/** The node's images for its status: the largest, each with its names, as upstream reports them. */
export async function nodeImages(docker: Docker): Promise<ContainerImage[]> {
  const listed = await docker.listImages();
  return listed
    .map((image) => ({
      names: [...(image.RepoDigests ?? []), ...(image.RepoTags ?? [])]
        .filter((n) => !n.includes('<none>'))
        .slice(0, maxNames),
      sizeBytes: image.Size,
    }))
    .filter((image) => image.names.length > 0)
    .sort((a, b) => b.sizeBytes - a.sizeBytes || ((a.names[0] ?? '') < (b.names[0] ?? '') ? -1 : 1))
    .slice(0, maxImages);
}
