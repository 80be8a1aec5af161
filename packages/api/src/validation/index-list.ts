/** How many indexes a list such as `0,3-5,7` names, of a job with `completions` indexes; or what is wrong with it. */
export function countIndexes(text: string, completions: number): number | string {
  const intervals = parseIndexes(text, completions);
  return typeof intervals === 'string' ? intervals : intervals.reduce((sum, [from, to]) => sum + to - from + 1, 0);
}

/** What is wrong with two lists of which none may name what the other names. */
export function overlap(completed: string, failed: string, completions: number): string | undefined {
  const [first, second] = [parseIndexes(completed, completions), parseIndexes(failed, completions)];
  // What cannot be read has been told of already.
  if (typeof first === 'string' || typeof second === 'string') return undefined;
  let i = 0;
  for (const [from, to] of second) {
    while (i < first.length && first[i]![1] < from) i++;
    const other = first[i];
    if (other !== undefined && other[0] <= to) {
      return `failedIndexes and completedIndexes overlap at index: ${Math.max(from, other[0])}`;
    }
  }
  return undefined;
}

type Interval = readonly [from: number, to: number];

function parseIndexes(text: string, completions: number): Interval[] | string {
  if (text === '') return [];
  const intervals: Interval[] = [];
  for (const part of text.split(',')) {
    const interval = parseInterval(part, completions);
    if (typeof interval === 'string') return interval;
    const last = intervals.at(-1)?.[1];
    if (last !== undefined && last >= interval[0]) return nonIncreasing(last, interval[0]);
    intervals.push(interval);
  }
  return intervals;
}

function parseInterval(text: string, completions: number): Interval | string {
  const limits = text.split('-');
  if (limits.length > 2) {
    return `the fragment ${JSON.stringify(text)} violates the requirement that an index interval can have at most two parts separated by '-'`;
  }
  const numbers: number[] = [];
  for (const limit of limits) {
    if (!/^[+-]?[0-9]{1,10}$/.test(limit))
      return `cannot convert string to integer for index: ${JSON.stringify(limit)}`;
    const number = Number(limit);
    if (number >= completions) return `too large index: ${JSON.stringify(limit)}`;
    numbers.push(number);
  }
  const [from = 0, to = from] = numbers;
  if (numbers.length === 2 && from >= to) return nonIncreasing(from, to);
  return [from, to];
}

function nonIncreasing(previous: number, current: number): string {
  return `non-increasing order, previous: ${previous}, current: ${current}`;
}
