import { statusError, type StatusError } from '../status.ts';
import { paths } from './field-set.ts';
import type { Manager } from './managers.ts';
import { formatPath } from './parse.ts';
import type { Conflict } from './update.ts';

/** 409 with a cause for each field, in upstream's words. */
export function applyConflict(conflicts: readonly Conflict[]): StatusError {
  const found = conflicts
    .map(({ manager, fields }) => ({ manager: printManager(manager), fields: [...paths(fields)].map(formatPath) }))
    .sort((a, b) => (a.manager < b.manager ? -1 : 1));
  const causes = found.flatMap(({ manager, fields }) =>
    fields.map((field) => ({ reason: 'FieldManagerConflict', message: `conflict with ${manager}`, field })),
  );
  return statusError(409, 'Conflict', conflictMessage(found, causes.length), { causes });
}

function conflictMessage(found: readonly { manager: string; fields: string[] }[], count: number): string {
  if (count === 1) return `Apply failed with 1 conflict: conflict with ${found[0]!.manager}: ${found[0]!.fields[0]}`;
  const lines = found.flatMap(({ manager, fields }) => [
    `conflicts with ${manager}:`,
    ...fields.map((field) => `- ${field}`),
  ]);
  return `Apply failed with ${count} conflicts: ${lines.join('\n')}`;
}

function printManager({ name, subresource, operation, apiVersion }: Manager): string {
  const where = subresource === '' ? '' : ` with subresource ${JSON.stringify(subresource)}`;
  const how = operation === 'Update' ? ` using ${apiVersion}` : '';
  return `${JSON.stringify(name)}${where}${how}`;
}
