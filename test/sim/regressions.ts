/**
 * Seeds that have found something, with what it was. They are played in every run: what they did then they may not do
 * any more, as the simulation has changed since, but where one thing was found there is often another.
 */
export const regressions: { scenario: string; seed: number; was: string }[] = [
  {
    scenario: 'raft',
    seed: 167,
    was: 'one flipped bit of a sealed record of the raft log, between its sum and its text, went unnoticed (and did no harm)',
  },
  {
    scenario: 'store',
    seed: 3,
    was: 'a backup from a failing disk rejected with DiskError instead of StorageError',
  },
  {
    scenario: 'store',
    seed: 190,
    was: "a leader that had been paused and deposed found a lease expired by its own clock, and the new leader's log took its word for it (etcd's issue 12528)",
  },
];
