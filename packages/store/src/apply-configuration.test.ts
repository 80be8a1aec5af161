import type { Configuration, ConfigurationChange } from '@wherry/raft';
import { describe, expect, it } from 'vitest';
import { applyConfiguration, encodeMember } from './apply-configuration.ts';
import { apply } from './apply.ts';
import type { Member } from './etcd-store.ts';
import { createState, type State } from './state.ts';

const member = (id: number, isLearner = false): Member => ({
  id,
  name: '',
  peerUrls: [`https://${id}:2380`],
  clientUrls: [],
  isLearner,
});

describe('the members', () => {
  it('follow the configuration through additions, promotion, new addresses and removal', () => {
    const state = createState();
    change(state, 'addVoter', 3, member(3), { voters: [3], learners: [] });
    change(state, 'addLearner', 1, member(1, true), { voters: [3], learners: [1] });
    expect(state.members).toEqual([member(1, true), member(3)]);
    expect(state.configuration).toEqual({ voters: [3], learners: [1] });
    introduce(state, 1);
    change(state, 'promote', 1, member(1), { voters: [3, 1], learners: [] });
    const known = { name: 'm1', clientUrls: ['https://1:2379'] };
    expect(state.members[0]).toEqual({ ...member(1), ...known });
    // What a member says of itself is not for others to change.
    change(state, 'update', 1, { ...member(1), peerUrls: ['https://new'] }, { voters: [3, 1], learners: [] });
    expect(state.members[0]).toEqual({ ...member(1), ...known, peerUrls: ['https://new'] });
    change(state, 'remove', 3, undefined, { voters: [1], learners: [] });
    change(state, 'remove', 3, undefined, { voters: [1], learners: [] });
    expect(state.members.map(({ id }) => id)).toEqual([1]);
    expect(state.removed).toEqual([3]);
  });

  it('are not introduced by whoever is none', () => {
    const state = createState();
    expect(introduce(state, 7)).toEqual({ type: 'error', code: 'member-not-found', message: 'member not found' });
    expect(state.members).toEqual([]);
  });

  it('are told nothing by an entry that says nothing of the member', () => {
    const state = createState();
    change(state, 'addVoter', 3, member(3), { voters: [3], learners: [] });
    change(state, 'promote', 3, undefined, { voters: [3], learners: [] });
    expect(state.members).toEqual([member(3)]);
  });
});

function change(
  state: State,
  type: ConfigurationChange['type'],
  id: number,
  said: Member | undefined,
  configuration: Configuration,
): void {
  const context = said === undefined ? new Uint8Array(0) : encodeMember(said);
  applyConfiguration(state, { type, id, context }, configuration);
}

function introduce(state: State, id: number) {
  const command = { type: 'memberAttributes' as const, id, name: `m${id}`, clientUrls: [`https://${id}:2379`] };
  return apply(state, command, { timeMs: 0, readValue: () => new Uint8Array(0) }).response;
}
