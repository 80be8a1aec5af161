import type { ClusterRole, ClusterRoleBinding } from '@wherry/api';
import { controllerRules } from './controller-roles.ts';
import { account, group, roleBinding, user } from './subject.ts';

const PREFIX = 'system:controller:';
const EVERYONE = ['system:authenticated', 'system:unauthenticated'];

export function defaultClusterRoleBindings(): ClusterRoleBinding[] {
  const bind = (role: string, ...subjects: Parameters<typeof roleBinding>[2]) =>
    roleBinding('ClusterRole', role, subjects);
  return [
    bind('cluster-admin', group('system:masters')),
    bind('system:monitoring', group('system:monitoring')),
    bind('system:discovery', group('system:authenticated')),
    bind('system:basic-user', group('system:authenticated')),
    bind('system:public-info-viewer', ...EVERYONE.map(group)),
    bind('system:node-proxier', user('system:kube-proxy')),
    bind('system:kube-controller-manager', user('system:kube-controller-manager')),
    bind('system:kube-dns', account('kube-system', 'kube-dns')),
    bind('system:kube-scheduler', user('system:kube-scheduler')),
    bind('system:volume-scheduler', user('system:kube-scheduler')),
    bind('system:service-account-issuer-discovery', group('system:serviceaccounts')),
    // Nobody: kubelets are the Node authorizer's.
    bind('system:node'),
    ...Object.keys(controllerRules).map((name) => bind(`${PREFIX}${name}`, account('kube-system', name))),
  ];
}

export function controllerRoles(): ClusterRole[] {
  return Object.entries(controllerRules).map(([name, rules]) => ({
    metadata: { name: `${PREFIX}${name}` },
    rules: [...rules],
  }));
}
