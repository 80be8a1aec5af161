import type { KubeObject } from '@wherry/apimachinery';
import type { RoleBinding, Subject } from '../rbac/role-binding.ts';
import type { Column } from '../resource.ts';
import { ageColumn, nameColumn } from './age.ts';
import { column, wideColumn } from './text-column.ts';

const createdAt = (object: KubeObject): string => object.metadata.creationTimestamp ?? '<unknown>';

export const roleColumns: readonly Column<KubeObject>[] = [
  nameColumn,
  column('Created At', 'When it was created.', createdAt, 'date'),
];

type Binding = Pick<RoleBinding, 'metadata' | 'roleRef' | 'subjects'>;

export const roleBindingColumns: readonly Column<Binding>[] = [
  nameColumn,
  column('Role', 'What it grants.', ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`),
  ageColumn,
  wideColumn('Users', 'The users it is granted to.', (binding) => names(binding, 'User')),
  wideColumn('Groups', 'The groups it is granted to.', (binding) => names(binding, 'Group')),
  wideColumn('ServiceAccounts', 'The service accounts it is granted to.', (binding) =>
    names(binding, 'ServiceAccount', (subject) => `${subject.namespace ?? ''}/${subject.name}`),
  ),
];

function names({ subjects }: Binding, kind: string, text = (subject: Subject): string => subject.name): string {
  return (subjects ?? [])
    .filter((subject) => subject.kind === kind)
    .map(text)
    .join(', ');
}
