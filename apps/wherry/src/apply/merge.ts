import type { Session } from '../connection/session.ts';
import { writeQuery } from '../commands/outcome.ts';
import { sortKeys } from '../printing/json.ts';
import { createApplyPatch } from '../resources/apply-patch.ts';
import { lastAppliedOf, withoutLastApplied } from '../resources/last-applied.ts';
import { resourcePath } from '../resources/mapping.ts';
import type { Info } from '../resources/select.ts';
import type { Unstructured } from '../resources/unstructured.ts';

export interface MergeOptions {
  readonly serverSide: boolean;
  readonly force: boolean;
  readonly fieldManager: string;
}

export const clientSideManager = 'kubectl-client-side-apply';
export const serverSideManager = 'kubectl';

/** What an apply would leave behind, by a dry run on the server; nothing is stored. */
export async function mergeLikeApply(
  session: Session,
  info: Info,
  live: Unstructured | undefined,
  { serverSide, force, fieldManager }: MergeOptions,
): Promise<Unstructured> {
  const local = info.object;
  if (!local) throw new Error(`nothing to apply to ${info.name}`);
  const path = resourcePath(info.resource, info.namespace, info.name);
  if (serverSide) {
    const manager = fieldManager === clientSideManager ? serverSideManager : fieldManager;
    return await session.request<Unstructured>({
      method: 'PATCH',
      path,
      query: { ...writeQuery('server', manager), force: force ? 'true' : undefined },
      contentType: 'application/apply-patch+yaml',
      body: local,
    });
  }
  if (!live) {
    return await session.request<Unstructured>({
      method: 'POST',
      path: resourcePath(info.resource, info.namespace),
      query: writeQuery('server', fieldManager),
      body: local,
    });
  }
  const modified = sortKeys(withoutLastApplied(local)) as Unstructured;
  const { patch, contentType } = createApplyPatch(info.resource, lastAppliedOf(live), modified, live);
  const query = writeQuery('server', fieldManager);
  return await session.request<Unstructured>({ method: 'PATCH', path, query, contentType, body: patch });
}
