import { readFileSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/**
 * Loaded into a daemon by `--import`: at SIGUSR2 writes how long its event loop was held since the last time, and its
 * memory, to the file named by LOOP_PROBE. The delay is what a timer of 5 ms came late.
 */
const RESOLUTION_MS = 5;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();
process.on('SIGUSR2', () => {
  const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
  const { rss, heapTotal, heapUsed, external } = process.memoryUsage();
  // Files that are mapped count as resident, and go when somebody needs the memory.
  const files = Number(/RssFile:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
  writeFileSync(
    process.env['LOOP_PROBE']!,
    JSON.stringify({
      p50: late(delay.percentile(50)),
      p99: late(delay.percentile(99)),
      max: late(delay.max),
      rss,
      heapTotal,
      heapUsed,
      external,
      files,
    }),
  );
  delay.reset();
});
