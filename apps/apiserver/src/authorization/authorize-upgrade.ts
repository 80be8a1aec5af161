import type { User } from '../http/context.ts';
import { authorizeAlso } from './authorize-also.ts';
import type { Attributes, Authorizer } from './authorizer.ts';

/** Running something in a pod, or reaching into it, is to create; a WebSocket can only be asked for by GET. */
const waysIn = new Set(['pods/exec', 'pods/attach', 'pods/portforward', 'nodes/proxy']);

/**
 * For connections to be upgraded, after they were authorised by the verb of their method: what leads into a container
 * needs `create` as well (upstream: AuthorizePodWebsocketUpgradeCreatePermission). Upgrades through a node's proxy are
 * ours to judge the same, since the kubelet behind it knows exec too. Throws 403.
 */
export function authorizeWayIn(user: User, asked: Attributes, authorizer: Authorizer): void {
  const { group, resource, subresource } = asked;
  if (group === '' && waysIn.has(`${resource}/${subresource}`)) authorizeAlso('create', user, asked, authorizer);
}
