import { createLogger, Health } from '@wherry/daemon';
import { expect, it } from 'vitest';
import { addStoreChecks, LeaderWatch, waitForLeader } from './leader-watch.ts';

function fakeMember() {
  return {
    leader: 1,
    term: 1,
    status() {
      return { leader: this.leader, term: this.term };
    },
    linearize() {
      return this.leader === 0 ? Promise.reject(new Error('etcdserver: no leader')) : Promise.resolve();
    },
  };
}
const log = createLogger('test');
log.level = 'silent';

it('tells when there is no leader for longer than elections take, and when there is one again', () => {
  const member = fakeMember();
  using watch = new LeaderWatch(member);
  const told: boolean[] = [];
  watch.onReachable((reachable) => told.push(reachable));
  member.leader = 0;
  watch.look(10_000);
  watch.look(14_999);
  expect(told).toEqual([]);
  watch.look(15_000);
  watch.look(20_000);
  expect(told).toEqual([false]);
  member.leader = 2;
  watch.look(21_000);
  expect(told).toEqual([false, true]);
});

it('counts leaders after the first, and one that leads again in a later term', () => {
  const member = fakeMember();
  using watch = new LeaderWatch(member);
  expect(watch.changes).toBe(0);
  for (const [leader, term] of [
    [0, 2],
    [2, 2],
    [2, 2],
    [0, 3],
    [2, 4],
  ] as const) {
    Object.assign(member, { leader, term });
    watch.look(1);
  }
  expect(watch.changes).toBe(2);
});

it('is ready only with a leader, and alive without', async () => {
  const member = fakeMember();
  const health = new Health();
  addStoreChecks(health, member);
  expect((await health.answer('/readyz'))?.status).toBe(200);
  member.leader = 0;
  expect((await health.answer('/readyz/etcd'))?.body).toContain('etcdserver: no leader');
  expect((await health.answer('/readyz/etcd-readiness'))?.status).toBe(500);
  expect((await health.answer('/livez'))?.status).toBe(200);
});

it('waits for a leader until it is told to stop', async () => {
  const member = fakeMember();
  member.leader = 0;
  const stop = new AbortController();
  const waiting = waitForLeader(member, log, stop.signal);
  stop.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow();
  member.leader = 1;
  await waitForLeader(member, log, new AbortController().signal);
});
