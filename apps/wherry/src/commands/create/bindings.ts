import { defineCommand, type CommandSpec } from '../../cli/command.ts';
import { CliError } from '../../cli/errors.ts';
import { array, string } from '../../cli/flags.ts';
import { builtIn, createGenerated, generatorFlags, requireName } from './generated.ts';

const group = 'rbac.authorization.k8s.io';

const subjectFlags = {
  clusterrole: string('ClusterRole this binding should reference'),
  group: array('Groups to bind to the role. The flag can be repeated to add multiple groups.'),
  serviceaccount: array('Service accounts to bind to the role, in the format <namespace>:<name>.'),
  user: array('Usernames to bind to the role. The flag can be repeated to add multiple users.'),
};

interface SubjectValues {
  readonly group: readonly string[];
  readonly serviceaccount: readonly string[];
  readonly user: readonly string[];
}

/** The subjects of a binding, as flags name them: users, groups, `namespace:name` of service accounts. */
export function subjectsOf({ user, group: groups, serviceaccount }: SubjectValues): Record<string, string>[] {
  return [
    ...user.map((name) => ({ apiGroup: group, kind: 'User', name })),
    ...groups.map((name) => ({ apiGroup: group, kind: 'Group', name })),
    ...serviceaccount.map((text) => {
      const [namespace, name, ...rest] = text.split(':');
      if (!namespace || !name || rest.length > 0) {
        throw new CliError('serviceaccount must be <namespace>:<name>');
      }
      return { kind: 'ServiceAccount', name, namespace };
    }),
  ];
}

export const createClusterRoleBinding: CommandSpec = defineCommand({
  name: 'clusterrolebinding',
  summary: 'Create a cluster role binding for a particular cluster role',
  usage:
    'NAME --clusterrole=NAME [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname]',
  examples: `# Let two users administer the cluster
wherry create clusterrolebinding admins --clusterrole=cluster-admin --user=ada --user=grace`,
  flags: { ...generatorFlags, ...subjectFlags },
  run: async (invocation) => {
    const { flags } = invocation;
    const name = requireName(invocation);
    if (!flags.clusterrole) throw new CliError('required flag(s) "clusterrole" not set');
    await createGenerated(invocation, builtIn(group, 'ClusterRoleBinding', 'clusterrolebindings', false), name, {
      roleRef: { apiGroup: group, kind: 'ClusterRole', name: flags.clusterrole },
      ...subjectsField(flags),
    });
  },
});

export const createRoleBinding: CommandSpec = defineCommand({
  name: 'rolebinding',
  summary: 'Create a role binding for a particular role or cluster role',
  usage:
    'NAME --clusterrole=NAME|--role=NAME [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname]',
  examples: `# Let a user administer one namespace
wherry create rolebinding admin --clusterrole=admin --user=ada -n shop`,
  flags: { ...generatorFlags, ...subjectFlags, role: string('Role this RoleBinding should reference') },
  run: async (invocation) => {
    const { flags } = invocation;
    const name = requireName(invocation);
    if ((flags.clusterrole === '') === (flags.role === '')) {
      throw new CliError('exactly one of clusterrole or role must be specified');
    }
    await createGenerated(invocation, builtIn(group, 'RoleBinding', 'rolebindings'), name, {
      roleRef: {
        apiGroup: group,
        kind: flags.role ? 'Role' : 'ClusterRole',
        name: flags.role || flags.clusterrole,
      },
      ...subjectsField(flags),
    });
  },
});

function subjectsField(flags: SubjectValues): { subjects?: Record<string, string>[] } {
  const subjects = subjectsOf(flags);
  return subjects.length > 0 ? { subjects } : {};
}
