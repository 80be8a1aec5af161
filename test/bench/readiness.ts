import { mkdtemp, rm } from 'node:fs/promises';
import { ApiserverProcess } from './apiserver-process.ts';
import { milliseconds, quantile, table } from './report.ts';

const LATER_STARTS = 9;
/** Upstream's apiserver with etcd on such a machine; a fixed reference, not measured here. */
const UPSTREAM_MS = 3_400;

/** From exec of the apiserver to its first 200 on /readyz; Node's compile cache is empty at the first start. */
export async function readiness(): Promise<string> {
  const cache = await mkdtemp('/var/tmp/wherry-bench-cache-');
  await using apiserver = await ApiserverProcess.prepare();
  const environment = { NODE_COMPILE_CACHE: cache };
  const first = await apiserver.start(environment);
  const later: number[] = [];
  for (let i = 0; i < LATER_STARTS; i++) {
    await apiserver.stop();
    later.push(await apiserver.start(environment));
  }
  await rm(cache, { recursive: true });
  return table(
    ['exec to /readyz', 'time', 'aim', 'upstream with etcd (fixed reference)'],
    [
      ['first start (empty compile cache)', milliseconds(first), '', `${UPSTREAM_MS} ms`],
      [`later starts, median of ${LATER_STARTS}`, milliseconds(quantile(later, 0.5)), '300 ms', `${UPSTREAM_MS} ms`],
    ],
  );
}
