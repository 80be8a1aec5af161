import type { Role, RoleBinding, PersistentVolume, Pod, VolumeAttachment } from '@wherry/api';
import type { KubeObject } from '@wherry/apimachinery';
import type { Served } from '../registry/served.ts';
import type { Authorizer } from './authorizer.ts';
import { nodeRules } from './bootstrap/node-rules.ts';
import { AuthorizerChain, alwaysAllow, alwaysDeny } from './chain.ts';
import { NodeAuthorizer } from './node/node-authorizer.ts';
import { NodeGraph } from './node/node-graph.ts';
import { RbacAuthorizer } from './rbac/rbac-authorizer.ts';

export type AuthorizationMode = 'Node' | 'RBAC' | 'AlwaysAllow' | 'AlwaysDeny';
export const authorizationModes: readonly AuthorizationMode[] = ['Node', 'RBAC', 'AlwaysAllow', 'AlwaysDeny'];

export interface Authorization {
  readonly authorizer: Authorizer;
  /** Kept in step with the store whatever the modes, for the checks on who may grant what. */
  readonly rbac: RbacAuthorizer;
}

/** The chain that --authorization-mode asks for, fed by the caches from the moment they are filled. */
export function createAuthorization(
  modes: readonly AuthorizationMode[],
  served: ReadonlyMap<string, Served>,
): Authorization {
  const rbac = new RbacAuthorizer();
  feedRbac(rbac, served);
  const links = modes.map((mode): Authorizer => {
    switch (mode) {
      case 'Node':
        return nodeAuthorizer(served);
      case 'RBAC':
        return rbac;
      case 'AlwaysAllow':
        return alwaysAllow;
      case 'AlwaysDeny':
        return alwaysDeny;
    }
  });
  return { authorizer: new AuthorizerChain(links), rbac };
}

function nodeAuthorizer(served: ReadonlyMap<string, Served>): NodeAuthorizer {
  const graph = new NodeGraph();
  follow<Pod>(
    served,
    '/v1/pods',
    () => graph.clearPods(),
    (key, pod) => graph.setPod(key, pod),
  );
  follow<PersistentVolume>(
    served,
    '/v1/persistentvolumes',
    () => graph.clearVolumes(),
    (key, volume) => graph.setVolume(key, volume),
  );
  follow<VolumeAttachment>(
    served,
    'storage.k8s.io/v1/volumeattachments',
    () => graph.clearAttachments(),
    (key, attachment) => graph.setAttachment(key, attachment),
  );
  return new NodeAuthorizer(graph, nodeRules);
}

function feedRbac(rbac: RbacAuthorizer, served: ReadonlyMap<string, Served>): void {
  const prefix = 'rbac.authorization.k8s.io/v1/';
  for (const plural of ['roles', 'clusterroles']) {
    follow<Role>(
      served,
      prefix + plural,
      () => rbac.clearRoles(),
      (key, role) => rbac.setRole(key, role),
    );
  }
  for (const plural of ['rolebindings', 'clusterrolebindings']) {
    follow<RoleBinding>(
      served,
      prefix + plural,
      () => rbac.clearBindings(),
      (key, binding) => rbac.setBinding(key, binding),
    );
  }
}

function follow<T extends KubeObject>(
  served: ReadonlyMap<string, Served>,
  id: string,
  reset: () => void,
  set: (key: string, object: T | undefined) => void,
): void {
  served.get(id)?.cache.observe({ reset, changed: (key, entry) => set(key, entry?.object as T | undefined) });
}

/** Throws for a mode that is not known, or given twice. */
export function parseAuthorizationModes(texts: readonly string[]): AuthorizationMode[] {
  const modes = texts.map((text) => {
    const mode = authorizationModes.find((known) => known === text);
    if (mode === undefined) {
      throw new Error(`--authorization-mode: authorization-mode ${JSON.stringify(text)} is not a valid mode`);
    }
    return mode;
  });
  if (modes.length === 0) throw new Error('--authorization-mode: at least one authorization-mode must be passed');
  if (new Set(modes).size < modes.length) {
    throw new Error(
      `--authorization-mode: authorization-mode ${JSON.stringify(texts)} has mode specified more than once`,
    );
  }
  return modes;
}
