import { forbidden } from '@wherry/apimachinery';
import type { User } from '../http/context.ts';
import type { Attributes, Authorizer } from './authorizer.ts';

/**
 * For requests that turn out to be another verb as well, such as an update that creates. Throws 403 in upstream's
 * words, which are the authorizer's reason alone.
 */
export function authorizeAlso(verb: string, user: User, asked: Attributes, authorizer: Authorizer): void {
  if (asked.verb === verb) return;
  const { allowed, reason } = authorizer.authorize(user, { ...asked, verb });
  if (!allowed) throw forbidden({ group: asked.group, resource: asked.resource }, asked.name, reason);
}
