import { deepEqual } from '@wherry/apimachinery';
import { defineCommand } from '../../cli/command.ts';
import { CliError } from '../../cli/errors.ts';
import { array } from '../../cli/flags.ts';
import { subjectsOf } from '../create/bindings.ts';
import { NotOfThisKind, applyChange, objectsToSet, setFlags } from './changes.ts';

export const setSubject = defineCommand({
  name: 'subject',
  summary: 'Update the user, group, or service account in a role binding or cluster role binding',
  usage:
    '(-f FILENAME | TYPE NAME) [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none]',
  examples: `# Add a user to a binding
wherry set subject rolebinding admin --user=ada`,
  flags: {
    ...setFlags,
    group: array('Groups to bind to the role'),
    serviceaccount: array('Service accounts to bind to the role'),
    user: array('Usernames to bind to the role'),
  },
  run: async (invocation) => {
    const { flags, session, args } = invocation;
    if (flags.user.length + flags.group.length + flags.serviceaccount.length === 0) {
      throw new CliError('you must specify at least one value of user, group or serviceaccount');
    }
    // Without a namespace of its own a service account is one of the current namespace.
    const namespace = flags.local ? 'default' : await session.namespace();
    const serviceaccount = flags.serviceaccount.map((text) => (text.startsWith(':') ? `${namespace}${text}` : text));
    const added = subjectsOf({ user: flags.user, group: flags.group, serviceaccount });
    await applyChange(invocation, await objectsToSet(invocation, args), {
      what: 'subjects to rolebinding',
      done: 'subjects updated',
      mutate: (object) => {
        if (object.kind !== 'RoleBinding' && object.kind !== 'ClusterRoleBinding') {
          throw new NotOfThisKind('setting subjects is only supported for RoleBinding/ClusterRoleBinding');
        }
        const old = (object['subjects'] ?? []) as Record<string, string>[];
        object['subjects'] = [...old, ...added.filter((subject) => !old.some((other) => deepEqual(other, subject)))];
      },
    });
  },
});
