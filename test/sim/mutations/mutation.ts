/**
 * A deliberate bug. The list was written down before the simulator was tuned; the edits, which say how the bug is
 * planted into a copy of the source, followed when the source was there.
 */
export interface Mutation {
  /** Kebab-case. */
  name: string;
  /** Where it lies: the algorithm, what runs it, the store's core or what is around it. */
  room: 'raft core' | 'raft runner' | 'store core' | 'store shell';
  /** What the bug does. */
  does: string;
  /** The published bug it was made from; absent for those we thought of ourselves. */
  published?: { where: string; what: string };
  edits: Edit[];
}

/** Replaces what is found exactly once in the file, else the planting fails. */
export interface Edit {
  /** From the repository's root. */
  file: string;
  find: string;
  replace: string;
}
