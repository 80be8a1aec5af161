import type { ClusterRole, ClusterRoleBinding, PolicyRule } from '@wherry/api';
import { controllerRules } from './controller-roles.ts';
import { roleBinding, user } from './subject.ts';

const CONTROLLERS = 'wherry:controllers';

/**
 * Ours, not upstream's: all controllers of our controller-manager work under its one identity, which therefore holds
 * what upstream gives to the service account of each.
 */
export function ownClusterRoles(): ClusterRole[] {
  const distinct = new Map<string, PolicyRule>();
  for (const rules of Object.values(controllerRules)) {
    for (const rule of rules) distinct.set(JSON.stringify(rule), rule);
  }
  return [{ metadata: { name: CONTROLLERS }, rules: [...distinct.values()] }];
}

export function ownClusterRoleBindings(): ClusterRoleBinding[] {
  return [roleBinding('ClusterRole', CONTROLLERS, [user('system:kube-controller-manager')])];
}
