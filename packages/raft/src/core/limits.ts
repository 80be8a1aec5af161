/** What bounds the queues of one member. */
export interface RaftLimits {
  /** Entries of one `append` message; a single entry may be larger. */
  maxMessageBytes: number;
  /** `append` messages on their way to one member, not answered yet. */
  maxInflightMessages: number;
  /** The same in bytes of entries. */
  maxInflightBytes: number;
  /** What the leader took and has not handed out as committed; further proposals are refused. */
  maxUncommittedBytes: number;
  /** Reads that wait for an answer; those beyond are refused, or the oldest are dropped where they were forwarded. */
  maxPendingReads: number;
  /** Rounds of heartbeats under way at once to confirm reads; reads beyond share the next one. */
  maxReadRounds: number;
  /** Messages that wait for the disk; those beyond are dropped, as a network may. */
  maxHeldMessages: number;
}

export const defaultLimits: RaftLimits = {
  maxMessageBytes: 1024 * 1024,
  maxInflightMessages: 256,
  maxInflightBytes: 16 * 1024 * 1024,
  maxUncommittedBytes: 64 * 1024 * 1024,
  maxPendingReads: 4096,
  maxReadRounds: 8,
  maxHeldMessages: 4096,
};
