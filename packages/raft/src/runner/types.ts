import type { Configuration, Entry, Message, NodeId, SnapshotMark } from '../core/types.ts';

/** Time and turns of the event loop, so that a simulation can give its own. */
export interface Clock {
  /** Milliseconds on a clock that never goes back. */
  nowMs(): number;
  /** Calls back once, after about that long, unless cancelled; does not keep the process alive. */
  after(delayMs: number, callback: () => void): { cancel(): void };
  /** Resolves after everything that is ready now has had its turn. */
  turn(): Promise<void>;
}

/** An entry that a majority has, with the configuration that is in force once it is applied. */
export interface Committed {
  entry: Entry;
  configuration: Configuration;
}

/**
 * What the log is for. apply() is called in the order of the log, and also while flush(), snapshot() or receive() are
 * under way, which may overlap; but not during install().
 */
export interface StateMachine {
  /** What the state was when it was opened: entries after it will be applied (again). */
  readonly mark: SnapshotMark;
  /**
   * Every entry once. All are applied when it returns; a promise only holds up the next call. What it throws stops the
   * member.
   */
  apply(committed: Committed[]): void | Promise<void>;
  /** Makes what was applied durable. Resolves with the index up to which it is; the log may be cut off up to there. */
  flush(): Promise<number>;
  /** The state as it is now, for a member that is too far behind. Must be closed. */
  snapshot(): Promise<{ mark: SnapshotMark; chunks: AsyncIterable<Uint8Array>; close(): Promise<void> }>;
  /** Keeps an arriving snapshot aside, durable and verified; rejects when it is not whole. Changes nothing yet. */
  receive(mark: SnapshotMark, chunks: AsyncIterable<Uint8Array>): Promise<void>;
  /** Puts the snapshot received last in the place of the state. */
  install(mark: SnapshotMark): Promise<void>;
}

/** Messages between members. May lose, repeat, delay and reorder; never alters. */
export interface Transport {
  start(receiver: TransportReceiver): Promise<void>;
  /** At once; drops what cannot be sent soon. */
  send(messages: readonly Message[]): void;
  /** Resolves when the other member has taken it in whole (its receive() has resolved). */
  sendSnapshot(message: Message & { type: 'snapshot' }, chunks: AsyncIterable<Uint8Array>): Promise<void>;
  /** Who is where, whenever that changes, own id included; and who was removed and is told so. */
  setPeers(peers: ReadonlyMap<NodeId, readonly string[]>, removed: readonly NodeId[]): void;
  close(): Promise<void>;
}

export interface TransportReceiver {
  onMessages(messages: Message[]): void;
  onSnapshot(message: Message & { type: 'snapshot' }, chunks: AsyncIterable<Uint8Array>): Promise<void>;
  /** Nothing reaches that member at the moment. */
  onUnreachable(id: NodeId): void;
  /** Another member knows that this one was removed from the cluster. */
  onRemoved(): void;
}

/** For metrics, health and administrators. */
export interface RaftStatus {
  id: NodeId;
  role: 'follower' | 'preCandidate' | 'candidate' | 'leader';
  term: number;
  /** 0 when it is not known. */
  leader: NodeId;
  commit: number;
  applied: number;
  lastIndex: number;
  firstIndex: number;
  configuration: Configuration;
  /** Of the leader alone: how far each other member's log matches, and when it was last heard of. */
  progress: { id: NodeId; match: number; state: 'probe' | 'replicate' | 'snapshot'; active: boolean }[];
}

/** A pino logger fits. */
export interface RaftLog {
  info(fields: object, event: string): void;
  warn(fields: object, event: string): void;
  error(fields: object, event: string): void;
}
