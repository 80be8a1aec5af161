import type { RoleBinding } from '../rbac/role-binding.ts';

const group = 'rbac.authorization.k8s.io';

/** Users and groups are of this group; service accounts of the core one, whose name is empty. */
function defaultBinding({ roleRef, subjects }: Pick<RoleBinding, 'roleRef' | 'subjects'>): void {
  roleRef.apiGroup ||= group;
  for (const subject of subjects ?? []) {
    if (subject.kind === 'User' || subject.kind === 'Group') subject.apiGroup ||= group;
  }
}

export const rbacDefaults = {
  [`${group}/RoleBinding`]: defaultBinding,
  [`${group}/ClusterRoleBinding`]: defaultBinding,
};
