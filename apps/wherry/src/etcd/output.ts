import { UsageError } from '../cli/errors.ts';
import { type Flag, string } from '../cli/flags.ts';
import { layOut, tableLayout } from '../printing/tab-writer.ts';

export interface Page {
  columns: readonly string[];
  rows: readonly (readonly string[])[];
  /** What -o json shows. */
  json: unknown;
}

export const flagsOfOutput: { output: Flag<string> } = {
  output: string('Output format. One of: (json). A table unless told', '', { short: 'o' }),
};

export function print(invocation: { flags: { output: string }; out(text: string): void }, page: Page): void {
  const { output } = invocation.flags;
  if (output === 'json') return invocation.out(`${JSON.stringify(page.json, null, 4)}\n`);
  if (output !== '') throw new UsageError(`unable to match a printer suitable for the output format ${output}`);
  const lines = [page.columns, ...page.rows].map((cells) => cells.join('\t'));
  invocation.out(`${layOut(lines.join('\n'), tableLayout)}\n`);
}

/** As etcdctl writes sizes. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let at = 0;
  let value = bytes;
  for (; value >= 1000 && at < units.length - 1; at++) value /= 1000;
  return `${at === 0 || value >= 10 ? Math.round(value) : value.toFixed(1)} ${units[at]}`;
}
