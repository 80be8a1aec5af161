import {
  clusterRoleBindings,
  clusterRoles,
  configMaps,
  pods,
  roleBindings,
  roles,
  services,
  type PolicyRule,
} from '@wherry/api';
import { RestClient } from '@wherry/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApiserver, type TestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { configMap, pod, refusal, service } from '../testing/objects.ts';

let cluster: TestApiserver;
const clients = new Map<string, RestClient>();
beforeAll(async () => {
  cluster = await startTestApiserver();
});
afterAll(async () => {
  for (const client of clients.values()) client.close();
  await cluster.close();
});

const apiGroup = 'rbac.authorization.k8s.io';
const namespace = 'default';

/** A client of its own certificate. */
async function as(user: string, ...groups: string[]): Promise<RestClient> {
  const key = [user, ...groups].join();
  const known = clients.get(key);
  if (known !== undefined) return known;
  const client = new RestClient(await cluster.configFor(user, groups));
  clients.set(key, client);
  return client;
}

async function grant(user: string, rules: PolicyRule[], name = user): Promise<void> {
  await cluster.client.resource(roles).create({ metadata: { name, namespace }, rules });
  await cluster.client.resource(roleBindings).create({
    metadata: { name, namespace },
    roleRef: { apiGroup, kind: 'Role', name },
    subjects: [{ apiGroup, kind: 'User', name: user }],
  });
}

async function grantEverywhere(user: string, rules: PolicyRule[], name = user): Promise<void> {
  await cluster.client.resource(clusterRoles).create({ metadata: { name }, rules });
  await cluster.client.resource(clusterRoleBindings).create({
    metadata: { name },
    roleRef: { apiGroup, kind: 'ClusterRole', name },
    subjects: [{ apiGroup, kind: 'User', name: user }],
  });
}

const rule = (verbs: string[], resources: string[], more: Partial<PolicyRule> = {}): PolicyRule => ({
  verbs,
  apiGroups: [''],
  resources,
  ...more,
});

test('what a role says is allowed from the moment it is bound, and no longer than it is', async () => {
  const jane = await as('jane');
  const list = () => jane.resource(configMaps).list({ namespace });
  const words =
    'configmaps is forbidden: User "jane" cannot list resource "configmaps" in API group "" in the namespace "default"';
  expect((await refusal(list())).message).toBe(words);
  await grant('jane', [rule(['list'], ['configmaps'])]);
  expect((await list()).items).toBeDefined();
  expect((await refusal(jane.resource(configMaps).list({ namespace: 'kube-system' }))).code).toBe(403);
  await cluster.client.resource(roles).delete('jane', { namespace });
  expect((await refusal(list())).message).toBe(`${words}: RBAC: role.rbac.authorization.k8s.io "jane" not found`);
  await cluster.client.resource(roleBindings).delete('jane', { namespace });
  expect((await refusal(list())).message).toBe(words);
});

test('a name restricts what it names, lists of that name alone included', async () => {
  const ned = await as('ned');
  await grant('ned', [rule(['get', 'list', 'delete'], ['configmaps'], { resourceNames: ['mine'] })]);
  await cluster.client.resource(configMaps).create(configMap('mine'));
  await cluster.client.resource(configMaps).create(configMap('other'));
  expect((await ned.resource(configMaps).get('mine', { namespace })).metadata.name).toBe('mine');
  expect((await refusal(ned.resource(configMaps).get('other', { namespace }))).code).toBe(403);
  expect((await refusal(ned.resource(configMaps).list({ namespace }))).code).toBe(403);
  const { items } = await ned.resource(configMaps).list({ namespace, fieldSelector: 'metadata.name=mine' });
  expect(items.map(({ metadata }) => metadata.name)).toEqual(['mine']);
  // An escaped comma makes it one value of another field, by which the list is not restricted to a name.
  const trick = 'metadata.namespace=a\\,metadata.name=mine';
  expect((await refusal(ned.resource(configMaps).list({ namespace, fieldSelector: trick }))).code).toBe(403);
});

test('a subresource is not its resource', async () => {
  const sue = await as('sue');
  await grant('sue', [rule(['get', 'create', 'update', 'patch'], ['pods'])]);
  await sue.resource(pods).create(pod('sues'));
  const log = { method: 'GET', path: '/api/v1/namespaces/default/pods/sues/log' } as const;
  expect((await refusal(sue.request(log))).message).toBe(
    'pods "sues" is forbidden: User "sue" cannot get resource "pods/log" in API group "" in the namespace "default"',
  );
  expect(
    (
      await refusal(
        sue.resource(pods).patch('sues', { status: {} }, { namespace, subresource: 'status', type: 'merge' }),
      )
    ).code,
  ).toBe(403);
});

test('paths are allowed one by one or by what they begin with', async () => {
  const mel = await as('mel');
  await grantEverywhere('mel', [{ verbs: ['get'], nonResourceURLs: ['/metrics', '/healthz/*'] }]);
  expect(typeof (await mel.request({ method: 'GET', path: '/metrics' }))).toBe('string');
  expect(await mel.request({ method: 'GET', path: '/healthz/ping' })).toBe('ok');
  const error = await refusal(mel.request({ method: 'GET', path: '/livez/ping' }));
  expect(error.message).toBe('forbidden: User "mel" cannot get path "/livez/ping"');
});

test('nobody gives away what they do not have', async () => {
  const eve = await as('eve', 'team');
  await grant('eve', [
    rule(['create', 'update', 'patch', 'get'], ['roles', 'rolebindings'], { apiGroups: [apiGroup] }),
    rule(['get', 'list'], ['configmaps']),
  ]);
  const make = (name: string, rules: PolicyRule[]) =>
    eve.resource(roles).create({ metadata: { name, namespace }, rules });
  await make('small', [rule(['get'], ['configmaps'])]);
  const words =
    'roles.rbac.authorization.k8s.io "big" is forbidden: user "eve" (groups=["team" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n' +
    '{APIGroups:[""], Resources:["pods"], Verbs:["get" "delete"]}\n' +
    '{APIGroups:[""], Resources:["secrets"], ResourceNames:["x"], Verbs:["get"]}';
  const big = [rule(['get', 'delete'], ['pods']), rule(['get'], ['secrets'], { resourceNames: ['x'] })];
  const error = await refusal(make('big', big));
  expect(error.message).toBe(words);
  expect(error.code).toBe(403);
  // Every way of writing is one of granting.
  for (const type of ['json', 'merge'] as const) {
    const patch = type === 'json' ? [{ op: 'replace', path: '/rules', value: big }] : { rules: big };
    const refused = await refusal(eve.resource(roles).patch('small', patch, { namespace, type }));
    expect(refused.message).toContain('"small" is forbidden: user "eve"');
  }
  const applied = eve.request({
    method: 'PATCH',
    path: `/apis/${apiGroup}/v1/namespaces/default/roles/small?fieldManager=eve&force=true`,
    headers: { 'content-type': 'application/apply-patch+yaml' },
    body: { apiVersion: `${apiGroup}/v1`, kind: 'Role', metadata: { name: 'small' }, rules: big },
  });
  expect((await refusal(applied)).message).toContain('"small" is forbidden: user "eve"');
  const small = await eve.resource(roles).get('small', { namespace });
  expect((await refusal(eve.resource(roles).update({ ...small, rules: big }))).code).toBe(403);
  expect(small.rules).toEqual((await eve.resource(roles).get('small', { namespace })).rules);
});

test('who may escalate or bind need not hold it', async () => {
  const max = await as('max');
  await grant('max', [
    rule(['create', 'escalate'], ['roles'], { apiGroups: [apiGroup] }),
    rule(['create'], ['rolebindings'], { apiGroups: [apiGroup] }),
    rule(['bind'], ['clusterroles'], { apiGroups: [apiGroup], resourceNames: ['view'] }),
  ]);
  await max.resource(roles).create({ metadata: { name: 'maxs', namespace }, rules: [rule(['*'], ['*'])] });
  const bind = (name: string) =>
    max.resource(roleBindings).create({
      metadata: { name: `to-${name}`, namespace },
      roleRef: { apiGroup, kind: 'ClusterRole', name },
      subjects: [{ apiGroup, kind: 'User', name: 'max' }],
    });
  await bind('view');
  expect((await refusal(bind('cluster-admin'))).message).toContain(
    'rolebindings.rbac.authorization.k8s.io "to-cluster-admin" is forbidden: user "max" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:["*"], Resources:["*"], Verbs:["*"]}',
  );
  expect((await refusal(bind('nothing'))).message).toBe('clusterroles.rbac.authorization.k8s.io "nothing" not found');
});

test('an update or an apply that creates takes the right to create', async () => {
  const amy = await as('amy');
  await grant('amy', [rule(['update', 'patch'], ['services', 'configmaps'])]);
  const apply = (name: string) =>
    amy.request({
      method: 'PATCH',
      path: `/api/v1/namespaces/default/configmaps/${name}?fieldManager=amy`,
      headers: { 'content-type': 'application/apply-patch+yaml' },
      body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { a: 'b' } },
    });
  expect((await refusal(apply('new'))).message).toBe('configmaps "new" is forbidden: ');
  const put = amy.resource(services).update(service('new'));
  expect((await refusal(put)).message).toBe('services "new" is forbidden: ');
  await cluster.client.resource(configMaps).create(configMap('old'));
  expect(await apply('old')).toMatchObject({ data: { a: 'b' } });
});

test('what is no role or binding is said to be none, also to those who may not grant', async () => {
  const kim = await as('kim');
  const rights = rule(['create', 'update', 'patch'], ['roles', 'rolebindings'], { apiGroups: [apiGroup] });
  await grant('kim', [rights]);
  const post = (plural: string, kind: string, more: object) =>
    kim.request({
      method: 'POST',
      path: `/apis/${apiGroup}/v1/namespaces/default/${plural}`,
      body: { apiVersion: `${apiGroup}/v1`, kind, metadata: { name: 'odd' }, ...more },
    });
  for (const more of [{}, { roleRef: null }, { roleRef: {} }, { roleRef: { kind: 'Pod', name: 'x', apiGroup } }]) {
    expect([404, 422]).toContain((await refusal(post('rolebindings', 'RoleBinding', more))).code);
  }
  for (const rules of [[{}], [{ verbs: [] }], [{ resources: ['pods'] }]]) {
    expect((await refusal(post('roles', 'Role', { rules }))).code).toBe(422);
  }
  for (const rules of [[null], {}, ['x'], [{ verbs: 'get' }]]) {
    expect([400, 422]).toContain((await refusal(post('roles', 'Role', { rules }))).code);
  }
});

test('a role that gathers others is for those who may do everything', async () => {
  const pat = await as('pat');
  await grantEverywhere('pat', [rule(['create'], ['clusterroles'], { apiGroups: [apiGroup] })]);
  const gathering = {
    metadata: { name: 'all' },
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] },
    rules: [],
  };
  expect((await refusal(pat.resource(clusterRoles).create(gathering))).message).toBe(
    'clusterroles.rbac.authorization.k8s.io "all" is forbidden: must have cluster-admin privileges to use an aggregationRule',
  );
});

test('acting as another takes a right to each part of it', async () => {
  const ian = await as('ian');
  await grantEverywhere('ian', [
    { verbs: ['impersonate'], apiGroups: [''], resources: ['users', 'groups'], resourceNames: ['bo', 'a,b'] },
    { verbs: ['impersonate'], apiGroups: [''], resources: ['serviceaccounts'] },
    { verbs: ['impersonate'], apiGroups: ['authentication.k8s.io'], resources: ['userextras/scopes'] },
  ]);
  const whoAmI = async (headers: Record<string, string>) => {
    const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
    const review = await ian.request<{ status: { userInfo: unknown } }>({
      method: 'POST',
      path,
      headers,
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
    });
    return review.status.userInfo;
  };
  expect(
    await whoAmI({ 'impersonate-user': 'bo', 'impersonate-group': 'a,b', 'impersonate-extra-scopes': 'x' }),
  ).toEqual({
    username: 'bo',
    groups: ['a,b', 'system:authenticated'],
    extra: { scopes: ['x'] },
  });
  expect(await whoAmI({ 'impersonate-user': 'system:serviceaccount:ns:sa' })).toEqual({
    username: 'system:serviceaccount:ns:sa',
    groups: ['system:serviceaccounts', 'system:serviceaccounts:ns', 'system:authenticated'],
  });
  const refused = async (headers: Record<string, string>) => (await refusal(whoAmI(headers))).message;
  const cannot = 'is forbidden: User "ian" cannot impersonate resource';
  expect(await refused({ 'impersonate-user': 'al' })).toBe(
    `users "al" ${cannot} "users" in API group "" at the cluster scope`,
  );
  expect(await refused({ 'impersonate-user': 'bo', 'impersonate-group': 'system:masters' })).toBe(
    `groups "system:masters" ${cannot} "groups" in API group "" at the cluster scope`,
  );
  expect(await refused({ 'impersonate-user': 'bo', 'impersonate-uid': '7' })).toBe(
    `uids.authentication.k8s.io "7" ${cannot} "uids" in API group "authentication.k8s.io" at the cluster scope`,
  );
  expect(await refused({ 'impersonate-user': 'bo', 'impersonate-extra-other': 'y' })).toBe(
    `userextras.authentication.k8s.io "y" ${cannot} "userextras/other" in API group "authentication.k8s.io" at the cluster scope`,
  );
  expect(await refused({ 'impersonate-group': 'a,b' })).toContain('without impersonating a user');
});
