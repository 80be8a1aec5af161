import { Inflights } from './inflights.ts';
import type { RaftLimits } from './limits.ts';
import type { NodeId } from './types.ts';

/**
 * What the leader knows of another member.
 * - probe: where the logs meet is not known; one `append` at a time
 * - replicate: known; entries are sent ahead of the answers, as far as the window allows
 * - snapshot: the entries that it needs are gone; nothing is sent until the snapshot is there, or has failed
 */
export class Progress {
  readonly id: NodeId;
  voter: boolean;
  state: 'probe' | 'replicate' | 'snapshot' = 'probe';
  /** Its log is the leader's up to here, durably. */
  match = 0;
  /** Sent next. Always above match. */
  next: number;
  /** In probe: one is on its way. A heartbeat's answer allows the next, in case it was lost. */
  probing = false;
  /** In snapshot: the index that it will be at, at least. */
  pendingSnapshot = 0;
  /** It has refused what everyone has in common, the beginning: see handleAppend. */
  wantsSnapshot = false;
  /** Its answer to a heartbeat asks for an `append`, even an empty one: the last may have been lost. */
  nudged = false;
  /** The last commit index that an `append` told it. */
  toldCommit = 0;
  /** Ticks since it was heard. */
  silentTicks = 0;
  /** The last round of heartbeats for reads that it answered. */
  answeredRound = 0;
  readonly inflights: Inflights;

  constructor(id: NodeId, voter: boolean, next: number, limits: RaftLimits) {
    this.id = id;
    this.voter = voter;
    this.next = next;
    this.inflights = new Inflights(limits.maxInflightMessages, limits.maxInflightBytes);
  }

  becomeProbe(next: number): void {
    this.state = 'probe';
    this.next = Math.max(next, this.match + 1);
    this.probing = false;
    this.pendingSnapshot = 0;
    this.inflights.clear();
  }

  becomeReplicate(): void {
    this.state = 'replicate';
    this.next = this.match + 1;
    this.probing = false;
    this.pendingSnapshot = 0;
    this.inflights.clear();
  }

  becomeSnapshot(index: number): void {
    this.state = 'snapshot';
    this.probing = false;
    this.pendingSnapshot = index;
    this.wantsSnapshot = false;
    this.inflights.clear();
  }

  /** It has said that its log matches up to `index`. False when that is nothing new. */
  matched(index: number): boolean {
    if (index <= this.match) return false;
    this.match = index;
    this.next = Math.max(this.next, index + 1);
    this.probing = false;
    return true;
  }

  /** It has refused to append after `prevIndex`; the logs may meet at `meet`. False when that is an old answer. */
  refused(prevIndex: number, meet: number): boolean {
    if (this.state === 'snapshot') return false;
    if (this.state === 'replicate') {
      if (prevIndex <= this.match) return false;
      this.becomeProbe(this.match + 1);
      return true;
    }
    if (this.next - 1 !== prevIndex) return false;
    this.wantsSnapshot = prevIndex === 0;
    this.becomeProbe(Math.min(prevIndex, meet + 1));
    return true;
  }

  /** Whether entries may be sent now. */
  get open(): boolean {
    if (this.state === 'replicate') return !this.inflights.full;
    return this.state === 'probe' && !this.probing;
  }
}
