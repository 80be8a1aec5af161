import { forbidden } from '@wherry/apimachinery';
import type { User } from '../http/context.ts';
import type { Attributes, Authorizer } from './authorizer.ts';
import { refusal } from './refusal.ts';

/** Running something in a pod, or reaching into it, is to create; a WebSocket can only be asked for by GET. */
const waysIn = new Set(['pods/exec', 'pods/attach', 'pods/portforward', 'nodes/proxy']);

/**
 * Whether a connection may be upgraded: as every request, by the verb of its method, and if it leads into a container
 * by `create` as well (upstream: AuthorizePodWebsocketUpgradeCreatePermission; upgrades through a node's proxy are ours
 * to judge the same, since the kubelet behind it knows exec too). Throws 403.
 */
export function authorizeUpgrade(user: User, asked: Attributes, authorizer: Authorizer): void {
  const decision = authorizer.authorize(user, asked);
  if (!decision.allowed) throw refusal(user, asked, decision.reason);
  authorizeWayIn(user, asked, authorizer);
}

/** The second half, for requests that were authorised by their own verb before. Throws 403. */
export function authorizeWayIn(user: User, asked: Attributes, authorizer: Authorizer): void {
  const { group, resource, subresource, verb, name } = asked;
  if (verb === 'create' || group !== '' || !waysIn.has(`${resource}/${subresource}`)) return;
  const { allowed, reason } = authorizer.authorize(user, { ...asked, verb: 'create' });
  if (!allowed) throw forbidden({ group, resource }, name, reason);
}
