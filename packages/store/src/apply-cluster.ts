import type { Applied, Command } from './command.ts';
import type { Alarm, Member } from './etcd-store.ts';
import { error, only } from './respond.ts';
import type { ClusterState, State } from './state.ts';

export function applyAlarm(state: ClusterState, action: 'raise' | 'clear', alarm: Alarm): Applied {
  const same = ({ member, type }: Alarm): boolean => member === alarm.member && type === alarm.type;
  const others = state.alarms.filter((each) => !same(each));
  state.alarms = action === 'clear' ? others : [...others, { ...alarm }].sort(byMemberAndType);
  return only({ type: 'done' });
}

/** A member that does not know the chain as of that revision has nothing to say. */
export function applyVerify(state: State, revision: number, chain: number): Applied {
  const own = state.chains.at(revision);
  const applied = only({ type: 'done' });
  return own !== undefined && own !== chain ? { ...applied, diverged: true } : applied;
}

export function applyAttributes(state: ClusterState, said: Command & { type: 'memberAttributes' }): Applied {
  const { id, name, clientUrls } = said;
  const member = state.members.find((each) => each.id === id);
  if (member === undefined) return only(error('member-not-found', 'member not found'));
  putMember(state, { ...member, name, clientUrls: [...clientUrls] });
  return only({ type: 'done' });
}

export function putMember(state: ClusterState, member: Member): void {
  const others = state.members.filter(({ id }) => id !== member.id);
  state.members = [...others, member].sort((a, b) => a.id - b.id);
}

function byMemberAndType(a: Alarm, b: Alarm): number {
  return a.member - b.member || (a.type < b.type ? -1 : 1);
}
