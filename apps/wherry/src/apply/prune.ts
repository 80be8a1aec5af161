import { CliError, isStatusReason } from '../cli/errors.ts';
import type { DryRun } from '../commands/outcome.ts';
import type { Session } from '../connection/session.ts';
import { hasLastApplied } from '../resources/last-applied.ts';
import { apiVersionOf, resourcePath, type ApiResource } from '../resources/mapping.ts';
import { listAll, type Info } from '../resources/select.ts';
import type { Unstructured } from '../resources/unstructured.ts';

/** What --prune looks at without --prune-allowlist, as group/version/kind. */
const defaultKinds = [
  '/v1/ConfigMap',
  '/v1/Endpoints',
  '/v1/Namespace',
  '/v1/PersistentVolumeClaim',
  '/v1/PersistentVolume',
  '/v1/Pod',
  '/v1/ReplicationController',
  '/v1/Secret',
  '/v1/Service',
  'batch/v1/Job',
  'batch/v1/CronJob',
  'networking.k8s.io/v1/Ingress',
  'apps/v1/DaemonSet',
  'apps/v1/Deployment',
  'apps/v1/ReplicaSet',
  'apps/v1/StatefulSet',
];

export interface PruneOptions {
  readonly selector: string;
  readonly dryRun: DryRun;
  readonly propagationPolicy: string;
  readonly gracePeriodSeconds: number;
}

export interface Pruned {
  readonly info: Info;
  readonly object: Unstructured;
}

/** `group/version/kind`, where `core` stands for the empty group. Throws CliError for what is none. */
export function readAllowlist(resources: readonly ApiResource[], words: readonly string[]): readonly ApiResource[] {
  return (words.length > 0 ? words : defaultKinds).map((word) => {
    const [group = '', version, kind, ...rest] = word.split('/');
    if (version === undefined || kind === undefined || rest.length > 0) {
      throw new CliError(`invalid GroupVersionKind format: ${word}, please follow <group/version/kind>`);
    }
    const apiVersion = apiVersionOf({ group: group === 'core' ? '' : group, version });
    const found = resources.find((r) => r.kind === kind && apiVersionOf(r) === apiVersion);
    if (!found)
      throw new CliError(`no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`);
    return found;
  });
}

/** Deletes what was applied before, carries the labels, and was not applied now. */
export async function prune(
  session: Session,
  kinds: readonly ApiResource[],
  applied: { readonly uids: ReadonlySet<string>; readonly namespaces: ReadonlySet<string> },
  options: PruneOptions,
  pruned: (what: Pruned) => void,
): Promise<void> {
  for (const namespace of applied.namespaces) {
    for (const resource of kinds) {
      if (resource.namespaced) await pruneIn(resource, namespace);
    }
  }
  for (const resource of kinds) if (!resource.namespaced) await pruneIn(resource, undefined);

  async function pruneIn(resource: ApiResource, namespace: string | undefined): Promise<void> {
    for (const object of await listAll(session, resource, { namespace, selector: options.selector })) {
      const { name = '', uid = '' } = object.metadata;
      if (!hasLastApplied(object) || applied.uids.has(uid)) continue;
      if (options.dryRun !== 'client') await remove(resource, namespace, name);
      pruned({ info: { resource, namespace, name, source: '' }, object });
    }
  }

  async function remove(resource: ApiResource, namespace: string | undefined, name: string): Promise<void> {
    const { gracePeriodSeconds, propagationPolicy } = options;
    try {
      await session.request({
        method: 'DELETE',
        path: resourcePath(resource, namespace, name),
        query: options.dryRun === 'server' ? { dryRun: 'All' } : {},
        body: {
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          propagationPolicy,
          ...(gracePeriodSeconds >= 0 ? { gracePeriodSeconds } : {}),
        },
      });
    } catch (error) {
      // Somebody else was quicker: it is gone, as it should be.
      if (!isStatusReason(error, 'NotFound')) throw error;
    }
  }
}
