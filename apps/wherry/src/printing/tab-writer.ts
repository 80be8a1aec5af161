/**
 * The elastic tab stops of Go's text/tabwriter, which every kubectl table and description is laid out with: a column
 * is a run of consecutive lines that have a tab-terminated cell at that position, and is as wide as its widest cell.
 */
export interface TabLayout {
  readonly minWidth: number;
  readonly padding: number;
}

/** kubectl get's tables. */
export const tableLayout: TabLayout = { minWidth: 6, padding: 3 };
/** kubectl describe's pages. */
export const descriptionLayout: TabLayout = { minWidth: 0, padding: 2 };
/** kubectl rollout history, explain and config. */
export const plainLayout: TabLayout = { minWidth: 0, padding: 2 };

/**
 * Lays out text whose cells end in tabs. `remembered` holds the widths that earlier pages of the same table had, and
 * is updated, so that a watch keeps its columns.
 */
export function layOut(text: string, layout: TabLayout, remembered?: number[]): string {
  const lines = text.split('\n').map((line) => line.split('\t'));
  const widths = lines.map(() => [] as number[]);
  measure(lines, widths, 0, 0, lines.length, layout, remembered);
  return lines.map((cells, i) => cells.map((cell, j) => pad(cell, widths[i]?.[j])).join('')).join('\n');
}

function measure(
  lines: readonly string[][],
  widths: number[][],
  column: number,
  from: number,
  to: number,
  layout: TabLayout,
  remembered: number[] | undefined,
): void {
  const hasCell = (line: number): boolean => column < (lines[line]?.length ?? 0) - 1;
  for (let start = from; start < to; start++) {
    if (!hasCell(start)) continue;
    let end = start;
    let width = Math.max(layout.minWidth, remembered?.[column] ?? 0);
    for (; end < to && hasCell(end); end++) {
      width = Math.max(width, displayWidth(lines[end]?.[column] ?? '') + layout.padding);
    }
    if (remembered) remembered[column] = width;
    for (let line = start; line < end; line++) widths[line]?.push(width);
    measure(lines, widths, column + 1, start, end, layout, remembered);
    start = end;
  }
}

function pad(cell: string, width: number | undefined): string {
  return width === undefined ? cell : cell + ' '.repeat(width - displayWidth(cell));
}

function displayWidth(text: string): number {
  let width = 0;
  for (const _ of text) width++;
  return width;
}
