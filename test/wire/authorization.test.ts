import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../e2e/run.ts';
import { oldAndNew } from './clients.ts';
import { startControlPlane, type ControlPlane } from './control-plane.ts';

/** Roles as administrators handle them: `kubectl create role`, `auth can-i`, `auth reconcile`, and being somebody else. */
let plane: ControlPlane;
let jane: string;
beforeAll(async () => {
  plane = await startControlPlane();
  jane = await plane.kubeconfigFor('jane', ['team']);
});
afterAll(() => plane?.stop());

describe.each(oldAndNew)('$name', ({ name: client, path }) => {
  const suffix = client.replaceAll(/[^a-z0-9]/g, '-');
  const kubectl = (args: string[], input?: string) => plane.kubectl(path, args, input);
  const ok = async (args: string[], input?: string): Promise<string> => {
    const { code, stdout, stderr } = await kubectl(args, input);
    if (code !== 0) throw new Error(`${args.join(' ')}: exit code ${code}\n${stdout}${stderr}`);
    return stdout.trim();
  };
  const asJane = (...args: string[]) => kubectl(['--kubeconfig', jane, ...args]);

  test('can-i says what a role lets somebody do', async () => {
    const role = `reader-${suffix}`;
    expect((await asJane('auth', 'can-i', 'list', 'pods', '-n', 'kube-public')).stdout.trim()).toBe('no');
    await ok(['create', 'role', role, '-n', 'kube-public', '--verb=get,list', '--resource=pods,pods/log']);
    await ok(['create', 'rolebinding', role, '-n', 'kube-public', `--role=${role}`, '--group=team']);
    expect((await asJane('auth', 'can-i', 'list', 'pods', '-n', 'kube-public')).stdout.trim()).toBe('yes');
    expect((await asJane('auth', 'can-i', 'get', 'pods', '--subresource=log', '-n', 'kube-public')).code).toBe(0);
    const no = await asJane('auth', 'can-i', 'create', 'pods', '-n', 'kube-public');
    expect([no.code, no.stdout.trim()]).toEqual([1, 'no']);
    expect(await ok(['auth', 'can-i', 'get', 'pods', '-n', 'kube-public', '--as=joe', '--as-group=team'])).toBe('yes');
    expect((await asJane('auth', 'can-i', 'get', '/readyz')).code).toBe(0);
    const refused = await asJane('get', 'pods', '-n', 'default');
    expect(refused.stderr.trim()).toBe(
      'Error from server (Forbidden): pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default"',
    );
    const list = (await asJane('auth', 'can-i', '--list', '-n', 'kube-public')).stdout;
    const rows = list.split('\n').map((line) => line.replaceAll(/ +/g, ' ').trim());
    expect(rows[0]).toBe('Resources Non-Resource URLs Resource Names Verbs');
    expect(rows).toContain('pods [] [] [get list]');
    expect(rows).toContain('pods/log [] [] [get list]');
    expect(rows).toContain('selfsubjectaccessreviews.authorization.k8s.io [] [] [create]');
    expect(rows.some((row) => row.startsWith('[/api/*] [] [get]'))).toBe(true);
    await ok(['delete', 'role,rolebinding', role, '-n', 'kube-public']);
  });

  test('reconcile adds what is missing and keeps the rest', async () => {
    const name = `reconciled-${suffix}`;
    const apiVersion = 'rbac.authorization.k8s.io/v1';
    const rule = (resource: string) => ({ apiGroups: [''], resources: [resource], verbs: ['get'] });
    const text = (resource: string, subject: string) =>
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'List',
        items: [
          { apiVersion, kind: 'ClusterRole', metadata: { name }, rules: [rule(resource)] },
          {
            apiVersion,
            kind: 'ClusterRoleBinding',
            metadata: { name },
            roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
            subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: subject }],
          },
        ],
      });
    await ok(['auth', 'reconcile', '-f', '-'], text('pods', 'ann'));
    await ok(['auth', 'reconcile', '-f', '-'], text('services', 'bob'));
    expect(await ok(['get', 'clusterrole', name, '-o', 'jsonpath={.rules[*].resources[0]}'])).toBe('pods services');
    expect(await ok(['get', 'clusterrolebinding', name, '-o', 'jsonpath={.subjects[*].name}'])).toBe('ann bob');
    await ok(['delete', 'clusterrole,clusterrolebinding', name]);
  });

  test('admin, edit and view hold what upstream’s do, and describe shows it', async () => {
    await eventually('the parts are gathered', async () => {
      return (await ok(['get', 'clusterrole', 'view', '-o', 'jsonpath={.rules[*].resources[*]}'])).includes('pods/log');
    });
    const described = await ok(['describe', 'clusterrole', 'view']);
    expect(described.replaceAll(/ +/g, ' ')).toContain('deployments.apps/scale [] [] [get list watch]');
    const bind = ['create', 'rolebinding', `edit-${suffix}`, '--clusterrole=edit', '--user=jane', '-n', 'kube-public'];
    await ok(bind);
    const created = await asJane('create', 'configmap', `janes-${suffix}`, '-n', 'kube-public');
    expect(created.stdout.trim()).toBe(`configmap/janes-${suffix} created`);
    // To edit is not to give away.
    const given = await asJane('create', 'rolebinding', 'x', '--clusterrole=view', '--user=joe', '-n', 'kube-public');
    expect(given.stderr).toContain('cannot create resource "rolebindings" in API group "rbac.authorization.k8s.io"');
    await ok(['delete', 'rolebinding', `edit-${suffix}`, '-n', 'kube-public']);
  });

  test('an administrator of a namespace gives away what they hold, and no more', async () => {
    const name = `admin-${suffix}`;
    await ok(['create', 'rolebinding', name, '--clusterrole=admin', '--user=jane', '-n', 'kube-public']);
    const given = await asJane(
      'create',
      'rolebinding',
      `${name}-2`,
      '--clusterrole=view',
      '--user=joe',
      '-n',
      'kube-public',
    );
    expect(given.code).toBe(0);
    const wanted = ['create', 'role', `${name}-3`, '--verb=get', '--resource=nodes', '-n', 'kube-public'];
    const refused = await asJane(...wanted);
    expect(refused.stderr).toContain(
      `roles.rbac.authorization.k8s.io "${name}-3" is forbidden: user "jane" (groups=["team" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["nodes"], Verbs:["get"]}`,
    );
    await ok(['delete', 'rolebinding', name, `${name}-2`, '-n', 'kube-public']);
  });
});
