import { setTimeout as sleep } from 'node:timers/promises';
import { clusterService, maintenanceService } from '@wherry/store/etcd-proto';
import { EtcdConnection } from '../etcd/connection.ts';
import { listMembers, type Member } from '../etcd/members.ts';
import type { ControlPlane } from './control-plane.ts';
import type { Places } from './places.ts';

const TIMEOUT_MS = 60_000;
const RETRY_MS = 200;

/** The member at that address: the one that is there, or a new one that learns before it counts. */
export function ensureMember(places: Places, { peerUrl }: ControlPlane): Promise<Member> {
  return untilAnswered(places, async (etcd) => {
    const { members } = await listMembers(etcd);
    const present = members.find(({ peerUrls }) => peerUrls.includes(peerUrl));
    if (present !== undefined) return present;
    const { member } = await etcd.call(clusterService.memberAdd, { peerUrls: [peerUrl], isLearner: true });
    if (member === undefined) throw new Error('the store did not say which member it added');
    return member;
  });
}

/** Waits until it has caught up: until then the store refuses. */
export async function promoteMember(places: Places, { id }: Member): Promise<void> {
  await untilAnswered(places, async (etcd) => {
    const { members } = await listMembers(etcd);
    // An earlier try may have had its effect though no answer came.
    if (!members.some((member) => member.id === id && member.isLearner)) return;
    await etcd.call(clusterService.memberPromote, { id });
  });
}

/** How many members there are, and who leads. */
export function storeStatus(places: Places): Promise<string> {
  return untilAnswered(places, async (etcd) => {
    const { members } = await listMembers(etcd);
    const { leader } = await etcd.call(maintenanceService.status, {});
    const name = members.find(({ id }) => id === leader)?.name;
    if (name === undefined) throw new Error('the store has no leader');
    return `${members.length} members, ${name} leads`;
  });
}

/** The store may be without a leader for a moment, or too busy to answer. */
async function untilAnswered<T>(places: Places, ask: (etcd: EtcdConnection) => Promise<T>): Promise<T> {
  using etcd = new EtcdConnection({ pki: places.pki });
  const deadline = performance.now() + TIMEOUT_MS;
  for (;;) {
    try {
      return await ask(etcd);
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(RETRY_MS);
    }
  }
}
