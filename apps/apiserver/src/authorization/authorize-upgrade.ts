import { forbidden } from '@wherry/apimachinery';
import type { User } from '../http/context.ts';
import type { Attributes, Authorizer } from './authorizer.ts';

/** Running something in a pod, or reaching into it, is to create; a WebSocket can only be asked for by GET. */
const waysIn = new Set(['pods/exec', 'pods/attach', 'pods/portforward', 'nodes/proxy']);

/**
 * For connections to be upgraded, after they were authorised by the verb of their method: what leads into a container
 * needs `create` as well (upstream: AuthorizePodWebsocketUpgradeCreatePermission). Upgrades through a node's proxy are
 * ours to judge the same, since the kubelet behind it knows exec too. Throws 403, whose words are the authorizer's
 * reason alone.
 */
export function authorizeWayIn(user: User, asked: Attributes, authorizer: Authorizer): void {
  const { group, resource, subresource, verb, name } = asked;
  if (verb === 'create' || group !== '' || !waysIn.has(`${resource}/${subresource}`)) return;
  const { allowed, reason } = authorizer.authorize(user, { ...asked, verb: 'create' });
  if (!allowed) throw forbidden({ group, resource }, name, reason);
}
