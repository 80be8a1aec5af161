import { runDaemon, stringFlag } from './index.ts';

/** Test support: a daemon that ends as its flag says. */
runDaemon({
  name: 'test-daemon',
  description: 'ends as told',
  flags: { end: stringFlag('how', 'gracefully') },
  stopTimeoutMs: 300,
  async run({ flags, log, signal }) {
    log.info('running');
    if (flags.end === 'throw') throw new Error('boom');
    if (flags.end === 'reject') void Promise.reject(new Error('nobody listens'));
    const alive = setInterval(() => undefined, 1_000);
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => {
        if (flags.end !== 'hang') resolve();
      });
    });
    clearInterval(alive);
  },
});
