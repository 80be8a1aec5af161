import { systemClock } from '@wherry/raft';
import { expect, it } from 'vitest';
import { decodeBatch } from './codec.ts';
import type { Command } from './command.ts';
import { defaultLimits } from './options.ts';
import { Proposer } from './proposer.ts';

const command = (id: number): Command => ({ type: 'leaseKeepAlive', id });
const microtasks = async (): Promise<void> => {
  for (let n = 0; n < 10; n++) await Promise.resolve();
};

/** A proposer, the ids of the commands of each entry that it sent, and turns of the event loop that come when told. */
function open() {
  const entries: number[][] = [];
  const turns: (() => void)[] = [];
  const proposer = new Proposer({
    origin: 1,
    clock: { ...systemClock, turn: () => new Promise((resolve) => turns.push(resolve)) },
    limits: defaultLimits,
    send(datas) {
      for (const data of datas) entries.push(decodeBatch(data).commands.map((one) => (one as { id: number }).id));
      return true;
    },
    leads: () => true,
    term: () => 1,
  });
  const propose = (id: number): void => void proposer.propose(command(id), 10).catch(() => undefined);
  return { proposer, propose, entries, turns };
}

it('sends at once what is proposed in one go, as one entry, while nothing is under way', async () => {
  const { propose, entries, turns } = open();
  for (const id of [1, 2, 3]) propose(id);
  await microtasks();
  expect(entries).toEqual([[1, 2, 3]]);
  expect(turns).toEqual([]);
});

it('gathers for a turn of the event loop what is proposed while an entry is under way', async () => {
  const { propose, entries, turns } = open();
  propose(1);
  await microtasks();
  propose(2);
  await microtasks();
  propose(3);
  await microtasks();
  expect(entries).toEqual([[1]]);
  turns.shift()?.();
  await microtasks();
  expect(entries).toEqual([[1], [2, 3]]);
});
