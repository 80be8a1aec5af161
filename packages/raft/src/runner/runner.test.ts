import { describe, expect, it } from 'vitest';
import { MemoryVolume } from '../disk/memory-volume.ts';
import { MemoryNetwork } from '../testing/memory-network.ts';
import { applied, leaderOf, openMember, propose, type TestMember } from '../testing/members.ts';
import { eventually } from '../testing/eventually.ts';
import { systemClock } from './system-clock.ts';

describe('a member alone', () => {
  it('leads at once, and has everything it applied after a power cut', async () => {
    const volume = new MemoryVolume();
    const member = await openMember(1, [1], volume, new MemoryNetwork().transport(1));
    expect(member.runner.status()).toMatchObject({ role: 'leader', leader: 1 });
    await propose(member, 'a', 'b');
    await propose(member, 'c');
    expect(await member.runner.readIndex()).toBe(member.runner.status().applied);

    const after = await openMember(1, [1], volume.powerCut(), new MemoryNetwork().transport(1));
    await applied([after], 'c');
    expect(after.machine.items).toEqual(['a', 'b', 'c']);
    await after.runner.close();
  });

  it('refuses what comes after it was closed', async () => {
    const { runner } = await openMember(1, [1], new MemoryVolume(), new MemoryNetwork().transport(1));
    const read = runner.readIndex();
    await runner.close();
    await expect(read).rejects.toMatchObject({ code: 'closed' });
    await expect(runner.readIndex()).rejects.toMatchObject({ code: 'closed' });
    expect(runner.propose([Buffer.from('x')])).toBe(false);
  });

  it('has a proposal on disk and applied without waiting for a turn of the event loop', async () => {
    let held = false;
    const turn = (): Promise<void> => (held ? new Promise(() => undefined) : systemClock.turn());
    const clock = { ...systemClock, turn };
    const member = await openMember(1, [1], new MemoryVolume(), new MemoryNetwork().transport(1), { clock });
    await propose(member, 'first');
    held = true;
    await propose(member, 'second');
    expect(member.machine.items).toEqual(['first', 'second']);
    await member.runner.close();
  });

  it('puts what is proposed in one go into one synced batch', async () => {
    const batches: number[] = [];
    const volume = new MemoryVolume({ beforeLogBatch: async ({ length }) => void batches.push(length) });
    const member = await openMember(1, [1], volume, new MemoryNetwork().transport(1));
    await propose(member, 'first');
    batches.length = 0;
    for (let i = 0; i < 50; i++) member.runner.propose([Buffer.from(`${i}`)]);
    await applied([member], '49');
    // And the record of how far the log reaches.
    expect(batches).toEqual([51]);
    await member.runner.close();
  });
});

describe('three members', () => {
  const voters = [1, 2, 3];

  async function three(volumes = voters.map(() => new MemoryVolume())) {
    const network = new MemoryNetwork();
    const open = (i: number) => openMember(i + 1, voters, volumes[i] as MemoryVolume, network.transport(i + 1));
    const members = await Promise.all(voters.map((_, i) => open(i)));
    return {
      network,
      volumes,
      members,
      open,
      leader: await leaderOf(members),
      [Symbol.asyncDispose]: async () => {
        await Promise.all(members.map(({ runner }) => runner.close()));
      },
    };
  }
  const others = (members: TestMember[], one: TestMember) => members.filter((member) => member !== one);

  it('apply the same in the same order, whichever of them it was proposed to', async () => {
    await using cluster = await three();
    const { members } = cluster;
    await Promise.all(
      members.map(async (member, m) => {
        for (let i = 0; i < 20; i++) await propose(member, `${m}.${i}`);
      }),
    );
    for (const last of ['0.19', '1.19', '2.19']) await applied(members, last);
    const [first, ...rest] = members.map(({ machine }) => machine.items);
    expect(first).toHaveLength(60);
    for (const items of rest) expect(items).toEqual(first);
  });

  it('agree on a proposal without waiting for turns of their event loops', async () => {
    let held = false;
    const turn = (): Promise<void> => (held ? new Promise(() => undefined) : systemClock.turn());
    const clock = { ...systemClock, turn };
    const network = new MemoryNetwork();
    const members = await Promise.all(
      voters.map((id) => openMember(id, voters, new MemoryVolume(), network.transport(id), { clock, tickMs: 1_000 })),
    );
    const leader = await leaderOf(members);
    await propose(leader, 'first');
    await applied(members, 'first');
    held = true;
    await propose(leader, 'second');
    await Promise.all(members.map(({ runner }) => runner.close()));
  });

  it('read on any of them what was acknowledged on another one', async () => {
    await using cluster = await three();
    for (let i = 0; i < 20; i++) {
      const [writer, reader] = [cluster.members[i % 3], cluster.members[(i + 1) % 3]] as [TestMember, TestMember];
      await propose(writer, `${i}`);
      await Promise.all([reader.runner.readIndex(), reader.runner.readIndex()]);
      expect(reader.machine.items).toContain(`${i}`);
    }
  });

  it('go on when the leader is cut off, and take it in again', async () => {
    await using cluster = await three();
    const { members, network, leader } = cluster;
    await propose(leader, 'before');
    network.cutOff.add(leader.runner.status().id);
    const rest = others(members, leader);
    const next = await leaderOf(rest);
    await propose(next, 'meanwhile');
    expect(leader.runner.propose([Buffer.from('lost')]) && leader.machine.items.includes('lost')).toBe(false);
    network.cutOff.clear();
    await leaderOf(members);
    await propose(leader, 'after');
    await applied(members, 'after');
    for (const { machine } of members) expect(machine.items).toEqual(['before', 'meanwhile', 'after']);
  });

  it('lose nothing when all of them lose power', async () => {
    const first = await three();
    await propose(first.leader, 'a', 'b');
    const volumes = first.volumes.map((volume) => volume.powerCut());
    await first[Symbol.asyncDispose]();
    await using second = await three(volumes);
    await propose(second.leader, 'c');
    await applied(second.members, 'c');
    for (const { machine } of second.members) expect(machine.items).toEqual(['a', 'b', 'c']);
  });

  it('bring a member that is too far behind up with a snapshot', async () => {
    await using cluster = await three();
    const { members, network, leader } = cluster;
    const [behind, other] = others(members, leader) as [TestMember, TestMember];
    network.cutOff.add(behind.runner.status().id);
    const many = Array.from({ length: 3000 }, (_, i) => `${i}`);
    for (let round = 0; Math.min(...[leader, other].map(({ runner }) => runner.status().firstIndex)) < 1000; round++) {
      await propose(await leaderOf([leader, other]), ...many.map((i) => `${round}.${i}`));
    }
    network.cutOff.clear();
    await propose(leader, 'last');
    await applied(members, 'last');
    expect(behind.machine.items).toEqual(leader.machine.items);
    expect(behind.runner.status().firstIndex).toBeGreaterThan(1000);
    await propose(other, 'on');
    await applied(members, 'on');
  });

  it('go on without one whose disk fails, which stops and says so', async () => {
    const disk = { fails: 0 };
    const volumes = voters.map((id) => {
      const beforeLogBatch = async () => {
        if (disk.fails === id) throw new Error('no space left on device');
      };
      return new MemoryVolume({ beforeLogBatch });
    });
    await using cluster = await three(volumes);
    const { members, leader } = cluster;
    await propose(leader, 'before');
    disk.fails = leader.runner.status().id;
    leader.runner.propose([Buffer.from('refused')]);
    const rest = others(members, leader);
    const next = await leaderOf(rest);
    expect(leader.failures).toEqual([new Error('no space left on device')]);
    await expect(leader.runner.readIndex()).rejects.toMatchObject({ code: 'closed' });
    await propose(next, 'after');
    await applied(rest, 'after');
  });

  it('have another leader when the disk of the leader hangs', async () => {
    const disk = { hangs: 0 };
    const volumes = voters.map((id) => {
      const beforeLogBatch = async () => {
        if (disk.hangs === id) await new Promise(() => undefined);
      };
      return new MemoryVolume({ beforeLogBatch });
    });
    const { members, leader } = await three(volumes);
    disk.hangs = leader.runner.status().id;
    leader.runner.propose([Buffer.from('waits')]);
    const rest = others(members, leader);
    const next = await leaderOf(rest.filter((member) => member !== leader));
    await propose(next, 'after');
    await applied(rest, 'after');
    expect(leader.machine.items).toEqual([]);
    for (const { runner } of rest) await runner.close();
  });

  it('hand leadership over on request', async () => {
    await using cluster = await three();
    const { members, leader } = cluster;
    const other = others(members, leader)[0] as TestMember;
    leader.runner.transferLeadership(other.runner.status().id);
    await eventually(
      () => other.runner.status().role === 'leader',
      () => members.map(({ runner }) => runner.status()),
    );
    expect(leader.runner.clusterTimeMs()).toBe(undefined);
    expect(other.runner.clusterTimeMs()).toBeGreaterThan(0);
  });
});
