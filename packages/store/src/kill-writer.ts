import { writeSync } from 'node:fs';
import { openStore } from './open.ts';

/**
 * The victim of kill.test.ts: writes pairs of keys into the store at argv[2] until it is killed, and tells of every
 * acknowledged pair with a line `<writer> <number>`, in one system call so that it is told whole or not at all.
 */
const store = await openStore({ path: process.argv[2] as string });
const writers = 12;

async function writer(w: number): Promise<never> {
  for (let n = 1; ; n++) {
    const value = Buffer.from(`${process.argv[3]}.${n} `.padEnd(1500, 'x'));
    await store.txn({
      compares: [],
      success: [
        { type: 'put', key: `/left/${w}`, value },
        { type: 'put', key: `/right/${w}`, value },
      ],
    });
    writeSync(1, `${w} ${n}\n`);
    // Compaction is going on as well when the end comes.
    if (n % 50 === 0 && w === 0) await store.compact((await store.currentRevision()) - 100);
  }
}

await Promise.all(Array.from({ length: writers }, (_, w) => writer(w)));
