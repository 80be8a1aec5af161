import { CliError, isStatusReason } from '../cli/errors.ts';
import { writeQuery, type DryRun } from '../commands/outcome.ts';
import type { Session } from '../connection/session.ts';
import { lastAppliedAnnotation } from '../resources/last-applied.ts';
import { apiVersionOf, resourcePath } from '../resources/mapping.ts';
import { getObject, type Info } from '../resources/select.ts';
import type { Unstructured } from '../resources/unstructured.ts';
import { handOver, managedFieldsOf, ownersOfLastApplied } from './hand-over.ts';
import { serverSideManager } from './merge.ts';

export interface ServerSideOptions {
  readonly dryRun: DryRun;
  readonly fieldManager: string;
  readonly force: boolean;
  readonly validate: string;
  readonly warn: (text: string) => void;
}

const lastAppliedManager = 'kubectl-last-applied';
const maxAttempts = 5;

/** Applies on the server, and takes over what a client-side apply owned before. */
export async function applyOnServer(session: Session, info: Info, options: ServerSideOptions): Promise<Unstructured> {
  const path = resourcePath(info.resource, info.namespace, info.name);
  const patch = async (manager: string, body: unknown): Promise<Unstructured> =>
    await session.request<Unstructured>({
      method: 'PATCH',
      path,
      query: {
        ...writeQuery(options.dryRun, manager, options.validate),
        force: manager === options.fieldManager ? String(options.force) : undefined,
      },
      contentType: 'application/apply-patch+yaml',
      body,
    });
  let object: Unstructured;
  try {
    object = await patch(options.fieldManager, info.object);
  } catch (error) {
    throw isStatusReason(error, 'Conflict') ? withAdvice(error) : error;
  }
  try {
    object = await keepLastApplied(object);
  } catch (error) {
    options.warn(
      `Warning: failed to save last-applied annotation: ${(error as Error).message}. This is non-fatal and will be retried next time you apply.\n`,
    );
    return object;
  }
  try {
    if (await migrate(object)) object = await patch(options.fieldManager, info.object);
  } catch (error) {
    options.warn(
      `Warning: server rejected managed fields migration to Server-Side Apply. This is non-fatal and will be retried next time you apply. Error: ${(error as Error).message}\n`,
    );
  }
  return object;

  /** The server keeps the note up to date for its default manager; an owner of its own keeps it from being dropped. */
  async function keepLastApplied(live: Unstructured): Promise<Unstructured> {
    const note = live.metadata.annotations?.[lastAppliedAnnotation];
    if (options.fieldManager !== serverSideManager || note === undefined) return live;
    if (ownersOfLastApplied(live, 'Apply').length > 0) return live;
    const { name, namespace } = live.metadata;
    return await patch(lastAppliedManager, {
      apiVersion: apiVersionOf(info.resource),
      kind: info.resource.kind,
      metadata: { name, ...(namespace ? { namespace } : {}), annotations: { [lastAppliedAnnotation]: note } },
    });
  }

  async function migrate(applied: Unstructured): Promise<boolean> {
    let live = applied;
    const old = ownersOfLastApplied(live, 'Update');
    for (let attempt = 1; ; attempt++) {
      const entries = handOver(managedFieldsOf(live), old, options.fieldManager);
      if (!entries) return false;
      try {
        await session.request({
          method: 'PATCH',
          path,
          query: writeQuery(options.dryRun, options.fieldManager),
          contentType: 'application/json-patch+json',
          body: [
            { op: 'replace', path: '/metadata/managedFields', value: entries },
            { op: 'replace', path: '/metadata/resourceVersion', value: live.metadata.resourceVersion },
          ],
        });
        return true;
      } catch (error) {
        if (!isStatusReason(error, 'Conflict') || attempt >= maxAttempts) throw error;
        live = await getObject(session, info);
      }
    }
  }
}

function withAdvice(error: unknown): unknown {
  return new CliError(`${(error as Error).message}
Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the \`--force-conflicts\` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts`);
}
