import type { ClusterRole, ClusterRoleBinding, PolicyRule } from '@wherry/api';
import { controllerRules } from './controller-roles.ts';
import { allow } from './rule.ts';
import { roleBinding, user } from './subject.ts';

const CONTROLLERS = 'wherry:controllers';

/** Our kube-proxy does what upstream leaves to network plugins, and so reads what system:node-proxier does not grant. */
const nodeProxier: ClusterRole = {
  metadata: { name: 'wherry:node-proxier' },
  rules: [allow('list watch', 'core', 'namespaces pods'), allow('list watch', 'networking.k8s.io', 'networkpolicies')],
};

/**
 * Ours, not upstream's: all controllers of our controller-manager work under its one identity, which therefore holds
 * what upstream gives to the service account of each.
 */
export function ownClusterRoles(): ClusterRole[] {
  const distinct = new Map<string, PolicyRule>();
  for (const rules of Object.values(controllerRules)) {
    for (const rule of rules) distinct.set(JSON.stringify(rule), rule);
  }
  return [{ metadata: { name: CONTROLLERS }, rules: [...distinct.values()] }, nodeProxier];
}

export function ownClusterRoleBindings(): ClusterRoleBinding[] {
  return [
    roleBinding('ClusterRole', CONTROLLERS, [user('system:kube-controller-manager')]),
    roleBinding('ClusterRole', 'wherry:node-proxier', [user('system:kube-proxy')]),
  ];
}
