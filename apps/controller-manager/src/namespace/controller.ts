import { namespaces } from '@wherry/api';
import { keyOf } from '@wherry/client';
import { input, type Controller, type DiscoveredResource, type Live } from '../runner/controller.ts';
import { resourceName } from '../runner/resource-name.ts';
import { reconcileNamespace, type Content, type NamespaceView } from './reconcile.ts';

export function namespaceController(workers: number): Controller<NamespaceView> {
  return {
    name: 'namespace-controller',
    component: 'namespace-controller',
    workers,
    inputs: [
      input(namespaces, (namespace) => (namespace.metadata.deletionTimestamp === undefined ? [] : [keyOf(namespace)])),
    ],
    outputs: 'everything',
    async view(key, { cache, live }) {
      const cached = cache.get(namespaces, key);
      if (cached?.metadata.deletionTimestamp === undefined) return undefined;
      const namespace = await live.get(namespaces, undefined, key);
      if (namespace === undefined || namespace.metadata.uid !== cached.metadata.uid) return undefined;
      // What is in it is asked of the apiserver: a cache might not show what was created last.
      const { resources, failures } = await live.discover();
      const { contents, listFailures } = await list(resources.filter(isDeletable), key, live);
      return { namespace, contents, discoveryFailures: failures.map(({ groupVersion }) => groupVersion), listFailures };
    },
    reconcile: reconcileNamespace,
  };
}

function isDeletable({ resource, verbs }: DiscoveredResource): boolean {
  return resource.namespaced && verbs.includes('list') && verbs.includes('delete') && !isSecondName(resource);
}

/** Both groups of Event serve the same objects. */
function isSecondName({ group, plural }: { readonly group: string; readonly plural: string }): boolean {
  return group === 'events.k8s.io' && plural === 'events';
}

async function list(
  resources: readonly DiscoveredResource[],
  namespace: string,
  live: Live,
): Promise<{ contents: Content[]; listFailures: string[] }> {
  const contents: Content[] = [];
  const listFailures: string[] = [];
  const answers = await Promise.allSettled(resources.map(({ resource }) => live.list(resource, namespace)));
  for (const [index, answer] of answers.entries()) {
    const found = resources[index];
    if (found === undefined) continue;
    const resource = resourceName(found.resource);
    const collection = found.verbs.includes('deletecollection');
    if (answer.status === 'fulfilled') contents.push({ resource, collection, items: answer.value.items });
    else listFailures.push(resource);
  }
  return { contents, listFailures };
}
