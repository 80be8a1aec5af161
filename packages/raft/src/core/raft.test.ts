import { describe, expect, it } from 'vitest';
import { changed, decodeConfigurationChange, encodeConfigurationChange } from './configuration.ts';
import { RaftInvariantError } from './invariant.ts';
import type { RaftLimits } from './limits.ts';
import { Raft } from './raft.ts';
import { MemoryLog } from './testing/memory-log.ts';
import type { ConfigurationChange, Message } from './types.ts';

const data = new Uint8Array(68);

function member(
  voters: number[],
  limits: Partial<RaftLimits> = {},
  log = new MemoryLog(),
): { raft: Raft; log: MemoryLog } {
  const configuration = { voters, learners: [] };
  const raft = new Raft({ id: 1, log, hardState: log.hardState, applied: 0, configuration, random: () => 0, limits });
  return { raft, log };
}

function write({ raft, log }: { raft: Raft; log: MemoryLog }): Message[] {
  const ready = raft.ready();
  log.write(ready);
  raft.advance();
  return ready.messages;
}

function leader(limits: Partial<RaftLimits> = {}): { raft: Raft; log: MemoryLog } {
  const one = member([1, 2, 3], limits);
  one.raft.campaign(0);
  const term = 1;
  one.raft.step({ type: 'preVoteReply', from: 2, to: 1, term, granted: true }, 0);
  write(one);
  one.raft.step({ type: 'voteReply', from: 2, to: 1, term, granted: true }, 0);
  return one;
}

describe('Raft', () => {
  it('lets a sole voter lead at once, and commits what is on its disk', () => {
    const one = member([1]);
    one.raft.campaign(500);
    expect([one.raft.role, one.raft.term, one.raft.leader]).toEqual(['leader', 1, 1]);
    expect(one.raft.propose([data], 600)).toBe(true);
    expect(one.raft.takeCommitted(1000)).toEqual([]);
    write(one);
    expect(one.raft.takeCommitted(1000).map(({ entry }) => [entry.index, entry.timeMs])).toEqual([
      [1, 0],
      [2, 100],
    ]);
  });

  it('keeps the time of entries from going back, whatever the clock does, and goes on from the last after a restart', () => {
    const one = member([1]);
    one.raft.campaign(500);
    one.raft.propose([data], 700.9);
    one.raft.propose([data], 100);
    expect(one.raft.clusterTimeMs(100)).toBe(200);
    write(one);
    const again = member([1], {}, one.log);
    expect(again.raft.clusterTimeMs(0)).toBeUndefined();
    again.raft.campaign(9000);
    expect(again.raft.clusterTimeMs(9001)).toBe(201);
  });

  it('refuses proposals beyond what may be uncommitted, and takes them again once it is handed out', () => {
    const one = leader({ maxUncommittedBytes: 250 });
    expect(one.raft.propose([data, data], 0)).toBe(true);
    expect(one.raft.propose([data], 0)).toBe(false);
    write(one);
    one.raft.step(
      { type: 'appendReply', from: 2, to: 1, term: 1, index: 3, rejected: false, hintIndex: 0, hintTerm: 0 },
      0,
    );
    one.raft.takeCommitted(1000);
    expect(one.raft.propose([data], 0)).toBe(true);
    expect(member([1, 2, 3]).raft.propose([data], 0)).toBe(false);
  });

  it('sends no more than the window allows, and goes on when answers come', () => {
    const one = leader({ maxInflightMessages: 2, maxMessageBytes: 1 });
    const sent = (): number[] =>
      one.raft
        .takeMessages()
        .flatMap((m) => (m.to === 2 && m.type === 'append' ? m.entries.map(({ index }) => index) : []));
    const accept = (index: number): void =>
      one.raft.step(
        { type: 'appendReply', from: 2, to: 1, term: 1, index, rejected: false, hintIndex: 0, hintTerm: 0 },
        0,
      );
    write(one);
    one.raft.propose([data, data, data, data], 0);
    expect(sent()).toEqual([1]);
    expect(sent()).toEqual([]);
    accept(1);
    expect(sent()).toEqual([2, 3]);
    accept(2);
    expect(sent()).toEqual([4]);
    accept(4);
    expect(sent()).toEqual([5]);
  });

  it('refuses reads beyond what may wait', () => {
    const { raft } = leader({ maxPendingReads: 2 });
    expect([raft.readIndex(1), raft.readIndex(2), raft.readIndex(3)]).toEqual([true, true, false]);
  });

  it('stops when its disk has forgotten what it had acknowledged', () => {
    const { raft } = member([1, 2, 3]);
    const heartbeat = { type: 'heartbeat', from: 2, to: 1, term: 1, commit: 5, context: 0 } as const;
    expect(() => raft.step(heartbeat, 0)).toThrow(RaftInvariantError);
  });

  it('takes one Ready at a time', () => {
    const { raft } = member([1]);
    expect(() => raft.advance()).toThrow('advance() before ready()');
    raft.campaign(0);
    raft.ready();
    expect(raft.hasReady()).toBe(false);
    expect(() => raft.ready()).toThrow('ready() before advance()');
  });

  it('ignores messages for others', () => {
    const { raft } = member([1, 2, 3]);
    raft.step({ type: 'heartbeat', from: 2, to: 3, term: 7, commit: 0, context: 0 }, 0);
    expect(raft.term).toBe(0);
  });
});

describe('a configuration change', () => {
  const change = (type: ConfigurationChange['type'], id: number): ConfigurationChange => ({ type, id, context: data });

  it('is the same after encoding and decoding', () => {
    for (const type of ['addVoter', 'addLearner', 'promote', 'remove', 'update'] as const) {
      const one = change(type, Number.MAX_SAFE_INTEGER);
      expect(decodeConfigurationChange(encodeConfigurationChange(one))).toEqual(one);
    }
    expect(() => decodeConfigurationChange(new Uint8Array(9).fill(200))).toThrow('unknown kind 200');
    expect(() => decodeConfigurationChange(new Uint8Array(3))).toThrow('too short');
  });

  it('adds, promotes and removes one member, and leaves the last voter', () => {
    const before = { voters: [1, 2], learners: [3] };
    expect(changed(before, change('addVoter', 4))).toEqual({ voters: [1, 2, 4], learners: [3] });
    expect(changed(before, change('addVoter', 3))).toEqual({ voters: [1, 2, 3], learners: [] });
    expect(changed(before, change('addLearner', 4))).toEqual({ voters: [1, 2], learners: [3, 4] });
    expect(changed(before, change('promote', 3))).toEqual({ voters: [1, 2, 3], learners: [] });
    expect(changed(before, change('remove', 3))).toEqual({ voters: [1, 2], learners: [] });
    expect(changed(before, change('remove', 1))).toEqual({ voters: [2], learners: [3] });
    expect(changed(before, change('update', 3))).toBe(before);
    for (const [type, id] of [
      ['addVoter', 1],
      ['addLearner', 2],
      ['promote', 2],
      ['remove', 9],
      ['update', 9],
    ] as const) {
      expect(changed(before, change(type, id))).toBeUndefined();
    }
    expect(changed({ voters: [1], learners: [3] }, change('remove', 1))).toBeUndefined();
  });
});
