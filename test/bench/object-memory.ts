import { setTimeout as sleep } from 'node:timers/promises';
import { ApiserverProcess } from './apiserver-process.ts';
import { BenchClient, benchConfigMap, each } from './bench-client.ts';
import { mebibytes, table } from './report.ts';

const OBJECTS = Number(process.env['BENCH_OBJECTS'] ?? 100_000);
const SETTLE_MS = 10_000;

/** Resident memory of the apiserver before and after 100,000 small ConfigMaps, and after a restart with them. */
export async function objectMemory(): Promise<string> {
  await using apiserver = await ApiserverProcess.prepare();
  await apiserver.start(apiserver.probed());
  await sleep(SETTLE_MS);
  const rows: (string | number)[][] = [];
  const measure = async (when: string): Promise<void> => {
    const { rss, files, heapTotal, heapUsed, external } = await apiserver.probe();
    rows.push([when, mebibytes(rss), mebibytes(files), mebibytes(heapTotal), mebibytes(heapUsed), mebibytes(external)]);
  };
  await measure('empty');
  {
    using client = new BenchClient(apiserver.identity, 32);
    await each(OBJECTS, 32, (n) =>
      client.ask('POST', '/api/v1/namespaces/default/configmaps', { body: benchConfigMap(`c-${n}`) }),
    );
    await measure(`just after ${OBJECTS} creates`);
    await sleep(SETTLE_MS);
    await measure(`${SETTLE_MS / 1_000} s later`);
    await client.ask('GET', '/api/v1/configmaps');
    await measure('after a LIST of all');
  }
  await apiserver.stop();
  await apiserver.start(apiserver.probed());
  await sleep(SETTLE_MS);
  await measure('after a restart');
  return table(
    [
      `${OBJECTS.toLocaleString('en')} ConfigMaps of 256 bytes`,
      'RSS',
      'of it files',
      'JavaScript heap',
      'of it in use',
      'buffers',
    ],
    rows,
  );
}
