import { writeSync } from 'node:fs';
import { openLevelVolume } from '../disk/level-volume.ts';
import { openMember } from './members.ts';

/**
 * The victim of kill.test.ts: a member alone on the volume at argv[2] that proposes until it is killed. It tells of
 * every item, those of earlier lives included, with a line `<number> <item>` once it is applied, in one system call so
 * that it is told whole or not at all.
 */
const volume = await openLevelVolume(process.argv[2] as string);
const nothing = async () => undefined;
const transport = { start: nothing, send() {}, sendSnapshot: nothing, setPeers() {}, close: nothing };
const compaction = { maxEntries: 300, keptEntries: 100 };
const { runner, machine } = await openMember(1, [1], volume, transport, { compaction });

let told = 0;
function tell(): void {
  for (; told < machine.items.length; told++) writeSync(1, `${told} ${machine.items[told]}\n`);
}
const apply = machine.apply.bind(machine);
machine.apply = (committed) => {
  apply(committed);
  tell();
};
tell();
// Everything of earlier lives is applied now.
await runner.readIndex();
for (let n = machine.items.length; ; n++) {
  runner.propose([Buffer.from(`${process.argv[3]}.${n}`)]);
  if (n % 8 === 0) await new Promise((resolve) => setImmediate(resolve));
  if (n - told > 500) await runner.readIndex();
}
