import { findValues } from '../jsonpath/evaluate.ts';
import { parseRelaxed, type Node } from '../jsonpath/parse.ts';
import { CliError } from '../cli/errors.ts';
import { goText } from './go-text.ts';
import { layOut, tableLayout } from './tab-writer.ts';

export interface CustomColumn {
  readonly header: string;
  readonly path: readonly Node[];
}

/** Reads `NAME:.metadata.name,RSRC:.metadata.resourceVersion`. */
export function parseCustomColumns(spec: string): CustomColumn[] {
  if (spec === '') throw new CliError('custom-columns format specified but no custom columns given');
  return spec.split(',').map((part) => {
    const colon = part.indexOf(':');
    if (colon < 0) {
      throw new CliError(`unexpected custom-columns spec: ${part}, expected <header>:<json-path-expr>`);
    }
    return { header: part.slice(0, colon), path: parseRelaxed(part.slice(colon + 1)) };
  });
}

/** Reads a template file: a line of headers, and a line of paths below them. */
export function parseCustomColumnsFile(text: string): CustomColumn[] {
  const [headers, paths] = text.split('\n').map((line) =>
    line
      .trim()
      .split(/\s+/)
      .filter((word) => word !== ''),
  );
  if (!headers?.length || !paths)
    throw new CliError('failed to read custom-columns template: missing headers or paths');
  if (headers.length !== paths.length) {
    throw new CliError(`number of headers (${headers.length}) and field specifications (${paths.length}) don't match`);
  }
  return headers.map((header, i) => ({ header, path: parseRelaxed(paths[i] ?? '') }));
}

export function formatCustomColumns(
  columns: readonly CustomColumn[],
  objects: readonly unknown[],
  options: { noHeaders: boolean },
  remembered?: number[],
): string {
  const lines = objects.map((object) =>
    columns
      .map(({ path }) => {
        const values = findValues(path, object);
        return values.length === 0 ? '<none>' : values.map(goText).join(',');
      })
      .join('\t'),
  );
  if (!options.noHeaders) lines.unshift(columns.map((c) => c.header).join('\t'));
  return lines.length === 0 ? '' : `${layOut(lines.join('\n'), tableLayout, remembered)}\n`;
}
