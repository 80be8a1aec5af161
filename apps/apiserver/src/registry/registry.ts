import type { KubeObject, ManagedFieldsEntry } from '@wherry/apimachinery';
import type { User } from '../http/context.ts';
import type { Hub } from '../cache/hub.ts';
import type { AdmissionPlugin } from '../admission/chain.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import type { Authorizer } from '../authorization/authorizer.ts';
import type { RbacAuthorizer } from '../authorization/rbac/rbac-authorizer.ts';
import type { EventLeases } from './event-leases.ts';
import type { Served } from './served.ts';
import type { ServedResources } from './served-resources.ts';

/** Everything a verb needs to know of the server it runs in. */
export interface Registry {
  readonly hub: Hub;
  /** By `group/version/plural`. */
  readonly served: ServedResources;
  readonly admission: readonly AdmissionPlugin[];
  readonly eventLeases: EventLeases;
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  /** The roles themselves, for the checks on who may grant what. */
  readonly rbac: RbacAuthorizer;
}

/** What the apiserver does of its own accord, as upstream's loopback client. */
export const serverUser: User = { name: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] };

/** What a write was asked to be. */
export interface WriteOptions {
  /** For admission. The server itself asks as `serverUser`. */
  readonly user: User;
  readonly now: Date;
  readonly dryRun: boolean;
  /** Who is said to manage what is written; absent: the server itself. */
  readonly manager?: string | undefined;
  /** Of a new object, when who manages it is known already. */
  readonly managedFields?: ManagedFieldsEntry[] | undefined;
  /** What the client is to be told beside the answer: a Warning header. */
  readonly warn?: ((text: string) => void) | undefined;
}

export function findServed(registry: Registry, group: string, version: string, plural: string): Served | undefined {
  return registry.served.get(`${group}/${version}/${plural}`);
}

/** The served kind that stores under a core name, for reads that admission and strategies make. */
export function lookUp(registry: Registry, id: string, key: string): KubeObject | undefined {
  return registry.served.get(id)?.cache.get(key)?.object;
}
