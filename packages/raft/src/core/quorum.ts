/** How many of `voters` are more than half. */
export function majority(voters: number): number {
  return Math.floor(voters / 2) + 1;
}

/** The largest value that a majority of `values` has reached. Sorts them in place: a few, so by insertion. */
export function reachedByMajority(values: Float64Array): number {
  for (let i = 1; i < values.length; i++) {
    const value = values[i] as number;
    let j = i - 1;
    for (; j >= 0 && (values[j] as number) < value; j--) values[j + 1] = values[j] as number;
    values[j + 1] = value;
  }
  return values[majority(values.length) - 1] ?? 0;
}
