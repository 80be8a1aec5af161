import type { User } from '../../http/context.ts';

const PREFIX = 'system:node:';
const GROUP = 'system:nodes';

/** @returns the name of the node that a kubelet speaks for ('' if it does not say), undefined for anyone else. */
export function nodeOf(user: User): string | undefined {
  if (!user.name.startsWith(PREFIX) || !user.groups.includes(GROUP)) return undefined;
  return user.name.slice(PREFIX.length);
}
