import { createHash } from 'node:crypto';

/** Ids are below 2^48, so that every JSON and JavaScript program can hold them. */
function idOf(text: string): number {
  return createHash('sha256').update(text).digest().readUIntBE(0, 6) || 1;
}

/** Of a first member: the same wherever it is worked out, as etcd does it. `token` tells clusters apart. */
export function memberIdOf(peerUrls: readonly string[], token: string): number {
  return idOf(`member ${token} ${[...peerUrls].sort().join(' ')}`);
}

export function clusterIdOf(memberIds: readonly number[], token: string): number {
  return idOf(`cluster ${token} ${[...memberIds].sort((a, b) => a - b).join(' ')}`);
}

/** Of a member that is added later, which may have the address of one that was removed. */
export function addedMemberId(peerUrls: readonly string[], clusterId: number, salt: number): number {
  return idOf(`added ${clusterId} ${salt} ${[...peerUrls].sort().join(' ')}`);
}
