import { clusterRoles, type PolicyRule } from '@wherry/api';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { clusterRoleAggregationController } from './clusterrole-aggregation/controller.ts';
import { eventually, startTestCluster, type TestCluster } from './testing.ts';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster();
});
afterEach(() => cluster.close());

const rulesOf = async (name: string): Promise<PolicyRule[]> =>
  (await cluster.client.resource(clusterRoles).get(name)).rules ?? [];

test('admin, edit and view are gathered from their parts, and from what others add to them', async () => {
  expect(await rulesOf('admin')).toEqual([]);
  await cluster.start([clusterRoleAggregationController(2)]);
  const mentions = (rules: readonly PolicyRule[], resource: string, verb: string) =>
    rules.some((rule) => rule.resources?.includes(resource) && rule.verbs.includes(verb));
  // What is in view is in edit, and what is in edit is in admin.
  await eventually(async () => mentions(await rulesOf('admin'), 'pods/log', 'get'));
  const admin = await rulesOf('admin');
  expect(mentions(admin, 'roles', 'create')).toBe(true);
  expect(mentions(admin, 'pods/exec', 'create')).toBe(true);
  expect(mentions(await rulesOf('view'), 'secrets', 'get')).toBe(false);
  const widgets: PolicyRule = { verbs: ['get'], apiGroups: ['example.com'], resources: ['widgets'] };
  await cluster.client.resource(clusterRoles).create({
    metadata: { name: 'widget-view', labels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' } },
    rules: [widgets],
  });
  await eventually(async () => mentions(await rulesOf('admin'), 'widgets', 'get'));
  await cluster.client.resource(clusterRoles).delete('widget-view');
  await eventually(async () => !mentions(await rulesOf('admin'), 'widgets', 'get'));
});
