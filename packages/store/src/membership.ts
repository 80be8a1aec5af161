import type { Clock, ConfigurationChange, Runner } from '@wherry/raft';
import { encodeMember } from './apply-configuration.ts';
import type { Member } from './etcd-store.ts';
import { addedMemberId } from './identity.ts';
import type { State } from './state.ts';
import { StorageError } from './storage.ts';

export interface MembershipParts {
  state(): State;
  runner: Runner;
  clock: Clock;
  random(): number;
  timeoutMs: number;
}

const askAgainMs = 100;
/** As etcd: a learner whose log is shorter than that of the leader by more is not ready to count. */
const readyShare = 0.9;
const maxLearners = 1;
/** Stands for the member that is being added. */
const nobodyYet = 0;

/** Changes of who the members are, one at a time. Each resolves once it is in force here. */
export class Membership {
  readonly #parts: MembershipParts;

  constructor(parts: MembershipParts) {
    this.#parts = parts;
  }

  async add(peerUrls: string[], isLearner: boolean): Promise<Member> {
    const state = this.#parts.state();
    this.#refuseUsedUrls(peerUrls, 0);
    if (isLearner && state.configuration.learners.length >= maxLearners) {
      throw new StorageError('too-many-learners', 'too many learner members in cluster');
    }
    if (!isLearner) this.#refuseToLoseQuorum([...state.configuration.voters, nobodyYet]);
    const salt = Math.floor(this.#parts.random() * 2 ** 48);
    const id = addedMemberId(peerUrls, state.clusterId, salt);
    const member: Member = { id, name: '', peerUrls, clientUrls: [], isLearner };
    await this.#change(
      { type: isLearner ? 'addLearner' : 'addVoter', id, context: encodeMember(member) },
      () => this.#find(id) !== undefined,
    );
    return member;
  }

  async remove(id: number): Promise<void> {
    this.#existing(id);
    this.#refuseToLoseQuorum(this.#parts.state().configuration.voters.filter((each) => each !== id));
    await this.#change({ type: 'remove', id, context: new Uint8Array(0) }, () => this.#find(id) === undefined);
  }

  async update(id: number, peerUrls: string[]): Promise<void> {
    const member = this.#existing(id);
    this.#refuseUsedUrls(peerUrls, id);
    await this.#change(
      { type: 'update', id, context: encodeMember({ ...member, peerUrls }) },
      () => String(this.#find(id)?.peerUrls) === String(peerUrls),
    );
  }

  /** Only the leader knows how far a learner has come. */
  async promote(id: number): Promise<void> {
    const member = this.#existing(id);
    if (!member.isLearner) throw new StorageError('not-a-learner', 'can only promote a learner member');
    const { role, progress, lastIndex } = this.#parts.runner.status();
    if (role !== 'leader') throw new StorageError('not-leader', 'not leader');
    const { match = 0 } = progress.find((each) => each.id === id) ?? {};
    if (match < lastIndex * readyShare) {
      throw new StorageError('learner-not-ready', 'can only promote a learner member which is in sync with leader');
    }
    const promoted = encodeMember({ ...member, isLearner: false });
    await this.#change({ type: 'promote', id, context: promoted }, () => this.#find(id)?.isLearner === false);
  }

  async moveLeader(id: number): Promise<void> {
    const { runner, state } = this.#parts;
    if (runner.status().role !== 'leader') throw new StorageError('not-leader', 'not leader');
    if (!state().configuration.voters.includes(id)) throw new StorageError('bad-transferee', 'bad leader transferee');
    runner.transferLeadership(id);
    await this.#until(() => runner.status().leader === id);
  }

  /** Proposes until it is in force: a change that meets another one under way is dropped. Twice does no harm. */
  async #change(change: ConfigurationChange, done: () => boolean): Promise<void> {
    await this.#until(() => {
      if (done()) return true;
      this.#parts.runner.changeConfiguration(change);
      return false;
    });
  }

  async #until(done: () => boolean): Promise<void> {
    const { clock, timeoutMs } = this.#parts;
    const deadlineMs = clock.nowMs() + timeoutMs;
    while (!done()) {
      if (clock.nowMs() > deadlineMs) throw new StorageError('timeout', 'request timed out');
      await new Promise<void>((resolve) => clock.after(askAgainMs, resolve));
    }
  }

  #find(id: number): Member | undefined {
    return this.#parts.state().members.find((member) => member.id === id);
  }

  #existing(id: number): Member {
    const member = this.#find(id);
    if (member === undefined) throw new StorageError('member-not-found', 'member not found');
    return member;
  }

  #refuseUsedUrls(peerUrls: string[], except: number): void {
    const used = this.#parts
      .state()
      .members.some((member) => member.id !== except && member.peerUrls.some((url) => peerUrls.includes(url)));
    if (used) throw new StorageError('peer-url-exists', 'Peer URLs already exists');
  }

  /** As far as the leader knows: a majority of those who will count must be alive, but for the first one's companion. */
  #refuseToLoseQuorum(voters: number[]): void {
    const { role, id, progress, configuration } = this.#parts.runner.status();
    if (role !== 'leader' || configuration.voters.length === 1) return;
    const alive = voters.filter((voter) => voter === id || progress.some((each) => each.id === voter && each.active));
    if (alive.length <= voters.length / 2) throw new StorageError('unhealthy', 'unhealthy cluster');
  }
}
