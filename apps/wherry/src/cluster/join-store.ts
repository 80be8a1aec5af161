import { setTimeout as sleep } from 'node:timers/promises';
import { clusterService } from '@wherry/store/etcd-proto';
import { EtcdConnection } from '../etcd/connection.ts';
import { listMembers, type Member } from '../etcd/members.ts';
import type { ControlPlane } from './control-plane.ts';
import type { Places } from './places.ts';

const PROMOTE_TIMEOUT_MS = 60_000;
const RETRY_MS = 200;

/** The member at that address: the one that is there, or a new one that learns before it counts. */
export async function addMember(places: Places, { peerUrl }: ControlPlane): Promise<Member> {
  using etcd = connect(places);
  const { members } = await listMembers(etcd);
  const present = members.find(({ peerUrls }) => peerUrls.includes(peerUrl));
  if (present !== undefined) return present;
  const { member } = await etcd.call(clusterService.memberAdd, { peerUrls: [peerUrl], isLearner: true });
  if (member === undefined) throw new Error('the store did not say which member it added');
  return member;
}

/** Waits until it has caught up: until then the store refuses. */
export async function promoteMember(places: Places, { id }: Member): Promise<void> {
  using etcd = connect(places);
  const deadline = performance.now() + PROMOTE_TIMEOUT_MS;
  for (;;) {
    try {
      await etcd.call(clusterService.memberPromote, { id });
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(RETRY_MS);
    }
  }
}

function connect(places: Places): EtcdConnection {
  return new EtcdConnection({ pki: places.pki });
}
