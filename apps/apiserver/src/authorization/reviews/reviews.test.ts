import { clusterRoleBindings, clusterRoles } from '@wherry/api';
import { RestClient } from '@wherry/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApiserver, type TestApiserver } from '../../../../../test/fixture/cluster-fixture.ts';
import { refusal } from '../../testing/objects.ts';

let cluster: TestApiserver;
let reader: RestClient;
beforeAll(async () => {
  cluster = await startTestApiserver();
  reader = new RestClient(await cluster.configFor('reader', ['readers']));
  await cluster.client.resource(clusterRoles).create({
    metadata: { name: 'reader' },
    rules: [
      { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'] },
      { verbs: ['get'], apiGroups: [''], resources: ['secrets'], resourceNames: ['s'] },
    ],
  });
  await cluster.client.resource(clusterRoleBindings).create({
    metadata: { name: 'readers' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'reader' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'readers' }],
  });
});
afterAll(async () => {
  reader.close();
  await cluster.close();
});

const apiVersion = 'authorization.k8s.io/v1';
const paths: Readonly<Record<string, string>> = {
  SubjectAccessReview: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
  SelfSubjectAccessReview: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
  SelfSubjectRulesReview: '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
  LocalSubjectAccessReview: '/apis/authorization.k8s.io/v1/namespaces/default/localsubjectaccessreviews',
};

interface Review {
  status: Record<string, unknown>;
}

function review(client: RestClient, kind: string, spec: unknown, metadata?: unknown): Promise<Review> {
  return client.request<Review>({ method: 'POST', path: paths[kind]!, body: { kind, apiVersion, metadata, spec } });
}

test('anyone may ask what they may do', async () => {
  const ask = async (resourceAttributes: Record<string, string>) =>
    (await review(reader, 'SelfSubjectAccessReview', { resourceAttributes })).status;
  expect(await ask({ verb: 'list', resource: 'pods', namespace: 'x' })).toEqual({
    allowed: true,
    reason: 'RBAC: allowed by ClusterRoleBinding "readers" of ClusterRole "reader" to Group "readers"',
  });
  expect(await ask({ verb: 'create', resource: 'pods', namespace: 'x' })).toEqual({ allowed: false });
  expect(await ask({ verb: 'get', resource: 'secrets', namespace: 'x', name: 's' })).toMatchObject({ allowed: true });
  const nonResourceAttributes = { verb: 'get', path: '/readyz' };
  expect((await review(reader, 'SelfSubjectAccessReview', { nonResourceAttributes })).status).toMatchObject({
    allowed: true,
  });
});

test('what others may do is for those who are told so', async () => {
  const spec = {
    user: 'x',
    groups: ['readers'],
    resourceAttributes: { verb: 'get', resource: 'pods', namespace: 'default' },
  };
  expect((await refusal(review(reader, 'SubjectAccessReview', spec))).code).toBe(403);
  expect((await review(cluster.client, 'SubjectAccessReview', spec)).status).toMatchObject({ allowed: true });
  expect((await review(cluster.client, 'LocalSubjectAccessReview', spec)).status).toMatchObject({ allowed: true });
  const node = {
    user: 'system:node:n1',
    groups: ['system:nodes'],
    resourceAttributes: { verb: 'get', resource: 'secrets', namespace: 'default', name: 'x' },
  };
  expect((await review(cluster.client, 'SubjectAccessReview', node)).status).toEqual({
    allowed: false,
    reason: "no relationship found between node 'n1' and this object",
  });
});

test('reviews are judged in upstream’s words', async () => {
  const words = async (kind: string, spec: unknown, metadata?: unknown) =>
    (await refusal(review(cluster.client, kind, spec, metadata))).message;
  expect(await words('SelfSubjectAccessReview', {})).toBe(
    '.authorization.k8s.io "" is invalid: spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified',
  );
  expect(await words('SubjectAccessReview', { resourceAttributes: {} })).toBe(
    '.authorization.k8s.io "" is invalid: spec.user: Invalid value: "": at least one of user or group must be specified',
  );
  const spec = { user: 'a', resourceAttributes: { namespace: 'other' } };
  expect(await words('LocalSubjectAccessReview', spec)).toBe(
    '.authorization.k8s.io "" is invalid: spec.resourceAttributes.namespace: Invalid value: "other": must match metadata.namespace',
  );
  expect(await words('SelfSubjectRulesReview', {})).toBe('no namespace on request');
});

test('the rules of somebody are listed', async () => {
  const { status } = await review(reader, 'SelfSubjectRulesReview', { namespace: 'default' });
  expect(status).toMatchObject({ incomplete: false });
  expect(status['resourceRules']).toEqual(
    expect.arrayContaining([
      { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'] },
      { verbs: ['get'], apiGroups: [''], resources: ['secrets'], resourceNames: ['s'] },
      {
        verbs: ['create'],
        apiGroups: ['authorization.k8s.io'],
        resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
      },
    ]),
  );
  expect(status['nonResourceRules']).toContainEqual({
    verbs: ['get'],
    nonResourceURLs: ['/healthz', '/livez', '/readyz', '/version', '/version/'],
  });
});

test.each(Object.keys(paths))('a %s that says nothing, or nonsense, is refused and breaks nothing', async (kind) => {
  for (const spec of [undefined, null, {}, { resourceAttributes: null }, { resourceAttributes: {}, user: 'x' }]) {
    const code = await review(cluster.client, kind, spec).then(
      () => 201,
      (error: unknown) => (error as { code: number }).code,
    );
    expect([201, 400, 422]).toContain(code);
  }
  for (const spec of [[], 'x', { resourceAttributes: 7 }, { resourceAttributes: { verb: {} } }]) {
    expect((await refusal(review(cluster.client, kind, spec))).code).toBe(400);
  }
});
