import type { PolicyRule, RoleBinding, Role, Subject } from '@wherry/api';
import { allow, events, read } from './rule.ts';
import { account, roleBinding, user } from './subject.ts';

const SYSTEM = 'kube-system';
const PUBLIC = 'kube-public';
const MANAGER = 'system:kube-controller-manager';
const SCHEDULER = 'system:kube-scheduler';

/** Upstream's default Roles; a namespace may be missing while the server starts for the first time. */
export function defaultRoles(): Role[] {
  return [
    role(SYSTEM, 'extension-apiserver-authentication-reader', [
      allow(read, 'core', 'configmaps', 'extension-apiserver-authentication'),
    ]),
    role(SYSTEM, 'system:controller:bootstrap-signer', [allow(read, 'core', 'secrets')]),
    role(SYSTEM, 'system:controller:cloud-provider', [allow('create get list watch', 'core', 'configmaps')]),
    role(SYSTEM, 'system:controller:token-cleaner', [allow('get list watch delete', 'core', 'secrets'), events]),
    role(SYSTEM, 'system::leader-locking-kube-controller-manager', leaderLocking('kube-controller-manager')),
    role(SYSTEM, 'system::leader-locking-kube-scheduler', leaderLocking('kube-scheduler')),
    role(PUBLIC, 'system:controller:bootstrap-signer', [
      allow(read, 'core', 'configmaps'),
      allow('update', 'core', 'configmaps', 'cluster-info'),
      events,
    ]),
  ];
}

export function defaultRoleBindings(): RoleBinding[] {
  return [
    binding(
      SYSTEM,
      'system::extension-apiserver-authentication-reader',
      [user(MANAGER), user(SCHEDULER)],
      'extension-apiserver-authentication-reader',
    ),
    binding(SYSTEM, 'system::leader-locking-kube-controller-manager', [
      user(MANAGER),
      account(SYSTEM, 'kube-controller-manager'),
    ]),
    binding(SYSTEM, 'system::leader-locking-kube-scheduler', [user(SCHEDULER), account(SYSTEM, 'kube-scheduler')]),
    binding(SYSTEM, 'system:controller:bootstrap-signer', [account(SYSTEM, 'bootstrap-signer')]),
    binding(SYSTEM, 'system:controller:cloud-provider', [account(SYSTEM, 'cloud-provider')]),
    binding(SYSTEM, 'system:controller:token-cleaner', [account(SYSTEM, 'token-cleaner')]),
    binding(PUBLIC, 'system:controller:bootstrap-signer', [account(SYSTEM, 'bootstrap-signer')]),
  ];
}

function leaderLocking(component: string): PolicyRule[] {
  const lock = 'get watch list create update';
  return [
    allow('watch', 'core', 'configmaps'),
    allow('get update', 'core', 'configmaps', component),
    allow(lock, 'coordination.k8s.io', 'leases'),
    allow(lock, 'coordination.k8s.io', 'leasecandidates'),
  ];
}

function role(namespace: string, name: string, rules: PolicyRule[]): Role {
  return { metadata: { namespace, name }, rules };
}

function binding(namespace: string, name: string, subjects: Subject[], roleName = name): RoleBinding {
  return { ...roleBinding('Role', roleName, subjects), metadata: { namespace, name } };
}
