import type { IncomingHttpHeaders } from 'node:http';
import { forbidden, statusError } from '@wherry/apimachinery';
import type { User } from '../http/context.ts';

/** Who may act as others, until roles say so. */
const ALLOWED_GROUP = 'system:masters';

/**
 * The user that a request is to be judged by: the one of the Impersonate headers, when there are any and the sender may
 * act as others. Throws 403 and 400.
 */
export function impersonate(user: User, headers: IncomingHttpHeaders): User {
  const name = textOf(headers['impersonate-user']);
  const groups = listOf(headers['impersonate-group']);
  if (name === undefined) {
    const other = Object.keys(headers).find((header) => header.startsWith('impersonate-'));
    if (other === undefined) return user;
    throw statusError(400, 'BadRequest', `requested ${other} without impersonating a user`);
  }
  if (!user.groups.includes(ALLOWED_GROUP)) {
    const why = `User ${JSON.stringify(user.name)} cannot impersonate resource "users" in API group "" at the cluster scope`;
    throw forbidden({ group: '', resource: 'users' }, name, why);
  }
  if (name === 'system:anonymous') return { name, groups: ['system:unauthenticated'] };
  return { name, groups: [...new Set([...groups, 'system:authenticated'])] };
}

function textOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

/** Repeated headers arrive joined by commas. */
function listOf(header: string | string[] | undefined): string[] {
  const text = Array.isArray(header) ? header.join(',') : (header ?? '');
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
