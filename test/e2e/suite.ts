import { isolate } from './isolation.ts';
import { up } from './run.ts';

/** The cluster of the suite: `scripts/up`, then the two loops' daemons cut off from all but the apiserver. */
export async function suiteUp(...flags: string[]): Promise<void> {
  await up(...flags);
  await isolate();
}
