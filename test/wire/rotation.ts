/**
 * What is too long for every run is run in turns: with $WHERRY_SOAK all of it, else every n-th part, chosen by the day
 * unless $WHERRY_SLICE names one. Said on the console, so that a run can be repeated.
 */
export function sliceOf<T>(what: string, all: readonly T[], parts: number): T[] {
  if (process.env['WHERRY_SOAK'] !== undefined) return [...all];
  const given = process.env['WHERRY_SLICE'];
  const turn = given === undefined ? Math.floor(Date.now() / 86_400_000) : Number(given);
  const chosen = ((turn % parts) + parts) % parts;
  console.log(`${what}: part ${chosen} of ${parts} (WHERRY_SLICE=${chosen} repeats it, WHERRY_SOAK=1 runs all)`);
  return all.filter((_, index) => index % parts === chosen);
}
