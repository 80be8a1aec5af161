import type { Session } from '../connection/session.ts';
import { singularName, resourcePath, type ApiResource } from '../resources/mapping.ts';
import { asListed, listQuery, type ListOptions } from '../resources/select.ts';
import type { ServerTable } from '../printing/table.ts';
import type { Unstructured } from '../resources/unstructured.ts';

export const tableAccept =
  'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json';

/** Asks for what is at `path` as a Table; a server that prints none is given a plain one of names. */
export async function fetchTable(
  session: Session,
  path: string,
  query: Record<string, string | undefined>,
): Promise<ServerTable> {
  const answer = await session.request<ServerTable | Unstructured>({
    method: 'GET',
    path,
    query,
    accept: tableAccept,
  });
  return answer.kind === 'Table' ? (answer as ServerTable) : plainTable(answer as Unstructured);
}

/** All pages of a list, as one table. */
export async function listTable(
  session: Session,
  resource: ApiResource,
  options: ListOptions & { withObjects: boolean },
): Promise<ServerTable> {
  const path = resourcePath(resource, options.namespace);
  const query = { ...listQuery(options), ...(options.withObjects ? { includeObject: 'Object' } : {}) };
  const first = await asListed(resource, options, fetchTable(session, path, query));
  const rows = [...(first.rows ?? [])];
  let next = first.metadata?.continue;
  while (next) {
    const page = await fetchTable(session, path, { ...query, continue: next });
    rows.push(...(page.rows ?? []));
    next = page.metadata?.continue;
  }
  return { ...first, rows };
}

function plainTable(answer: Unstructured): ServerTable {
  const items = Array.isArray(answer['items']) ? (answer['items'] as Unstructured[]) : [answer];
  return {
    kind: 'Table',
    metadata: { resourceVersion: answer.metadata.resourceVersion ?? '' },
    columnDefinitions: [
      { name: 'Name', type: 'string', format: 'name', priority: 0 },
      { name: 'Created At', type: 'date', priority: 0 },
    ],
    rows: items.map((item) => ({
      cells: [item.metadata.name, item.metadata.creationTimestamp],
      object: item as Unstructured & { metadata: { name?: string } },
    })),
  };
}

/** `pod/`, `deployment.apps/`: put before names where several types are shown. */
export function kindPrefixOf(resource: ApiResource): string {
  return `${singularName(resource)}/`;
}
