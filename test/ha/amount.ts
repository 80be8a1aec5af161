/** A few rounds tell whether it works; WHERRY_SOAK=1 runs as many as tell how often it does not. */
const soak = process.env['WHERRY_SOAK'] === '1';

export function rounds(fault: string): number {
  if (fault.startsWith('kill')) return soak ? 50 : 5;
  return soak ? 10 : 2;
}

/** How long a fault lasts after the others have gone on: long enough to fall behind. */
export const settleMs = 500;

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

/** Of each of those who list at the same time. */
export const listRounds: number = soak ? 20 : 3;
