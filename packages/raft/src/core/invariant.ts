/** A bug of ours, or a disk that forgot what it had acknowledged. The member must stop: going on could lose data. */
export class RaftInvariantError extends Error {
  override readonly name = 'RaftInvariantError';
}

export function invariant(holds: boolean, what: string): asserts holds {
  if (!holds) throw new RaftInvariantError(what);
}
