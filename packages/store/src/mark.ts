import type { Disk } from './disk.ts';
import { corrupt, seal, unseal } from './record.ts';
import type { Summary } from './summary.ts';

const markRemedy =
  'It was not opened; remove that file, which tells how far writes were acknowledged: the records are verified without it, but for a lost tail';

/** What a later start compares with: the number of the last command that was acknowledged. */
export function markOf(summary: Summary): Buffer {
  return seal({ index: summary.index });
}

/** Throws StorageError `corrupt` when more was acknowledged than is there; false when that is not known. */
export function checkMark(disk: Disk, { index }: Summary): boolean {
  const mark = disk.readMark();
  if (mark === undefined) return index === 0;
  const marked = Number(unseal(mark, 'the file "acknowledged"', markRemedy).index);
  if (index < marked) throw lostTail(`writes up to number ${marked} were`, index === 0 ? 'nothing at all' : `${index}`);
  return true;
}

function lostTail(acknowledged: string, found: string): Error {
  return corrupt(
    `${acknowledged} acknowledged, but the log on disk ends at ${found}`,
    'It was not opened; restore the data directory from a backup, or, to go on without the lost writes, remove the file "acknowledged" from it',
  );
}
