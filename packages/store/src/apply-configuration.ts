import type { Configuration, ConfigurationChange } from '@wherry/raft';
import { putMember } from './apply-cluster.ts';
import type { Applied } from './command.ts';
import type { Member } from './etcd-store.ts';
import { only } from './respond.ts';
import type { State } from './state.ts';

/**
 * Applies a configuration entry, of which raft has decided that it is in force: `configuration` is what it led to, and
 * the change's context is the Member as JSON. The members always follow the configuration.
 */
export function applyConfiguration(state: State, change: ConfigurationChange, configuration: Configuration): Applied {
  state.configuration = { voters: [...configuration.voters], learners: [...configuration.learners] };
  const { id } = change;
  if (change.type === 'remove') {
    state.members = state.members.filter((member) => member.id !== id);
    if (!state.removed.includes(id)) state.removed = [...state.removed, id].sort((a, b) => a - b);
    return only({ type: 'done' });
  }
  const known = state.members.find((member) => member.id === id);
  const said = change.context.length === 0 ? undefined : decodeMember(change.context);
  const member = known === undefined ? said : { ...known, peerUrls: said?.peerUrls ?? known.peerUrls };
  if (member !== undefined) putMember(state, { ...member, id, isLearner: configuration.learners.includes(id) });
  return only({ type: 'done' });
}

/** The context of a configuration change. */
export function encodeMember(member: Member): Uint8Array {
  return Buffer.from(JSON.stringify(member));
}

export function decodeMember(bytes: Uint8Array): Member {
  const { id, name, peerUrls, clientUrls, isLearner } = JSON.parse(
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(),
  ) as Member;
  return { id, name, peerUrls, clientUrls, isLearner };
}
