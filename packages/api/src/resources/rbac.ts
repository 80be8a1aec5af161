import { roleBindingColumns, roleColumns } from '../columns/rbac.ts';
import { ClusterRoleBinding, RoleBinding } from '../rbac/role-binding.ts';
import { ClusterRole, Role } from '../rbac/role.ts';
import type { Resource } from '../resource.ts';
import { namespacedV1, metadataFields, nameField } from './fields.ts';

const common = { ...namespacedV1, group: 'rbac.authorization.k8s.io' } as const;

export const roles: Resource<Role> = {
  ...common,
  kind: 'Role',
  plural: 'roles',
  singular: 'role',
  schema: Role,
  columns: roleColumns,
  selectableFields: metadataFields,
};

export const clusterRoles: Resource<ClusterRole> = {
  ...common,
  kind: 'ClusterRole',
  plural: 'clusterroles',
  singular: 'clusterrole',
  namespaced: false,
  schema: ClusterRole,
  columns: roleColumns,
  selectableFields: nameField,
};

export const roleBindings: Resource<RoleBinding> = {
  ...common,
  kind: 'RoleBinding',
  plural: 'rolebindings',
  singular: 'rolebinding',
  schema: RoleBinding,
  columns: roleBindingColumns,
  selectableFields: metadataFields,
};

export const clusterRoleBindings: Resource<ClusterRoleBinding> = {
  ...common,
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  singular: 'clusterrolebinding',
  namespaced: false,
  schema: ClusterRoleBinding,
  columns: roleBindingColumns,
  selectableFields: nameField,
};
