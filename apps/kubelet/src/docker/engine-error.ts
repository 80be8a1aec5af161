/** The HTTP status that Docker's engine answered with, or undefined when it did not answer. */
export function engineStatus(error: unknown): number | undefined {
  const status = (error as { statusCode?: unknown } | undefined)?.statusCode;
  return typeof status === 'number' ? status : undefined;
}

/** Docker's own words, without the client's prefix. */
export function engineMessage(error: unknown): string {
  const json = (error as { json?: { message?: unknown } } | undefined)?.json;
  if (typeof json?.message === 'string') return json.message;
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/^\(HTTP code \d+\) [^-]* - /, '').trim();
}

/** For calls whose aim is reached when the container is gone, stopped, or already on its way out. */
export async function unlessGone(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    const status = engineStatus(error);
    if (status !== 304 && status !== 404 && status !== 409) throw error;
  }
}
