import { setTimeout as sleep } from 'node:timers/promises';
import type { Member } from './etcd-store.ts';
import { clusterIdOf, memberIdOf } from './identity.ts';
import type { Beginning } from './member.ts';
import type { ClusterOptions, StoreOptions } from './options.ts';
import type { State } from './state.ts';
import { StorageError } from './storage.ts';

export interface Identified {
  id: number;
  beginning: Beginning;
}

/** Of a store that nobody else belongs to. */
const lone = { token: 'wherry', peerUrls: ['http://localhost:2380'] };
/** Who joins may be quicker than those whom it is to ask. */
const asks = 60;
const askAgainMs = 500;

/** Who the member on this data directory is, and how it begins when that is empty. Rejects with StorageError. */
export async function identify(
  state: State,
  { name = 'default', clientUrls = [], cluster }: StoreOptions,
): Promise<Identified> {
  if (state.members.length > 0) return known(state, name, cluster);
  if (cluster === undefined) {
    const id = memberIdOf(lone.peerUrls, lone.token);
    const members = [{ id, name, peerUrls: lone.peerUrls, clientUrls, isLearner: false }];
    return { id, beginning: { type: 'new', clusterId: clusterIdOf([id], lone.token), members } };
  }
  return cluster.initialClusterState === 'new' ? beginNew(name, cluster) : join(name, cluster);
}

/** What the data directory says goes before what the options say. */
function known({ clusterId, members }: State, name: string, cluster: ClusterOptions | undefined): Identified {
  const beginning: Beginning = { type: 'new', clusterId, members };
  if (cluster === undefined) {
    const [only] = members;
    if (only !== undefined && members.length === 1) return { id: only.id, beginning };
    throw refused(`it is of a cluster of ${members.length} members, and this one is started as if it were alone`);
  }
  const peerUrls = ownUrls(name, cluster);
  const own = findByUrls(members, peerUrls);
  if (own !== undefined) return { id: own.id, beginning };
  const known = members.map((member) => `${member.name} at ${member.peerUrls.join(',')}`).join('; ');
  throw refused(`none of the members it knows is at ${peerUrls.join(',')}: ${known}`);
}

function beginNew(name: string, cluster: ClusterOptions): Identified {
  const { initialCluster, initialClusterToken: token } = cluster;
  const members = Object.entries(initialCluster)
    .map(([each, peerUrls]) => {
      return { id: memberIdOf(peerUrls, token), name: each, peerUrls, clientUrls: [], isLearner: false };
    })
    .sort((a, b) => a.id - b.id);
  const ids = members.map(({ id }) => id);
  const id = memberIdOf(ownUrls(name, cluster), token);
  return { id, beginning: { type: 'new', clusterId: clusterIdOf(ids, token), members } };
}

/** The others know its id, as they have been told to expect it. */
async function join(name: string, cluster: ClusterOptions): Promise<Identified> {
  const { askMembers } = await import('@wherry/raft/transport');
  const peerUrls = ownUrls(name, cluster);
  const others = Object.values(cluster.initialCluster)
    .flat()
    .filter((url) => !peerUrls.includes(url));
  let problem: Error = refused('no other member is named whom it could ask to join');
  for (let i = 0; i < asks; i++) {
    for (const url of others) {
      try {
        const said = JSON.parse(String(Buffer.from(await askMembers(url, cluster.peerTls)))) as Omit<Beginning, 'type'>;
        const own = findByUrls(said.members, peerUrls);
        if (own !== undefined) return { id: own.id, beginning: { ...said, type: 'join' } };
        problem = refused(`${url} knows no member at ${peerUrls.join(',')}: add it to the cluster first`);
      } catch (error) {
        problem = new StorageError('unavailable', `cannot ask to join: ${(error as Error).message}`, { cause: error });
      }
    }
    await sleep(askAgainMs);
  }
  throw problem;
}

function ownUrls(name: string, { initialCluster }: ClusterOptions): string[] {
  const urls = initialCluster[name];
  if (urls === undefined) throw refused(`the member "${name}" is not among those of the cluster`);
  return urls;
}

function findByUrls(members: readonly Member[], peerUrls: readonly string[]): Member | undefined {
  return members.find((member) => member.peerUrls.some((url) => peerUrls.includes(url)));
}

function refused(why: string): StorageError {
  return new StorageError('cluster', `the data directory cannot be used: ${why}`);
}
