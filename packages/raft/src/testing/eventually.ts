/** Resolves when the condition is met; rejects, saying what is so instead, when it is not in time. */
export async function eventually(condition: () => boolean, show: () => unknown, limitMs = 20_000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`not after ${limitMs} ms: ${JSON.stringify(show())}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
