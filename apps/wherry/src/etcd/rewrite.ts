import { defineCommand, type Invocation } from '../cli/command.ts';
import { CliError, isStatusReason, throwGathered } from '../cli/errors.ts';
import { int } from '../cli/flags.ts';
import { qualifiedName, resourcePath, type ApiResource } from '../resources/mapping.ts';
import { resolveOrRefuse } from '../resources/select.ts';
import type { Unstructured } from '../resources/unstructured.ts';

const flags = { 'chunk-size': int('Objects to ask for at a time.', 500) };
const metadataOf = (kind: string): string => `application/json;as=${kind};g=meta.k8s.io;v=v1`;

interface Page {
  metadata: { continue?: string };
  items: { metadata: Unstructured['metadata'] }[];
}

/**
 * Patches every object with nothing. The server stores it again if it is not stored as it would be now, that is under
 * another key than the first one or not encrypted; else it leaves it alone. What is in it never comes here.
 */
export const rewriteCommand = defineCommand({
  name: 'rewrite',
  summary: 'Encrypt what is stored under the first key of now',
  usage: 'TYPE[,TYPE] ...',
  description:
    'Has the apiserver store again, in all namespaces, what is not stored as it would be now: after another key was made the first one, after encryption was turned on, or off. Run it again until nothing is left; then the old key can go.',
  examples: `# After a new key was made the first one on every apiserver
wherry etcd rewrite secrets,configmaps`,
  flags,
  run: async (invocation) => {
    const { session, args } = invocation;
    if (args.length === 0) throw new CliError('at least one type is required');
    if (invocation.flags['chunk-size'] < 1) throw new CliError('--chunk-size must be positive');
    const resources = await session.resources();
    const types = args.flatMap((words) => resolveOrRefuse(resources, words));
    const errors: unknown[] = [];
    for (const resource of types) {
      const { written, all } = await rewriteAll(invocation, resource, errors);
      invocation.out(`${qualifiedName(resource)}: ${written} of ${all} written again\n`);
    }
    throwGathered(errors);
  },
});

async function rewriteAll(
  { session, flags: { 'chunk-size': limit } }: Invocation<typeof flags>,
  resource: ApiResource,
  errors: unknown[],
): Promise<{ written: number; all: number }> {
  let written = 0;
  let all = 0;
  let token: string | undefined;
  do {
    const page: Page = await session.request<Page>({
      method: 'GET',
      path: resourcePath(resource),
      query: { limit: String(limit), continue: token },
      accept: metadataOf('PartialObjectMetadataList'),
    });
    for (const { metadata } of page.items) {
      all++;
      try {
        const after = await session.request<Unstructured>({
          method: 'PATCH',
          path: resourcePath(resource, metadata.namespace, metadata.name),
          accept: metadataOf('PartialObjectMetadata'),
          contentType: 'application/merge-patch+json',
          body: {},
        });
        if (after.metadata.resourceVersion !== metadata.resourceVersion) written++;
      } catch (error) {
        // Gone meanwhile: nothing of it is stored.
        if (!isStatusReason(error, 'NotFound')) errors.push(error);
      }
    }
    token = page.metadata.continue;
  } while (token);
  return { written, all };
}
