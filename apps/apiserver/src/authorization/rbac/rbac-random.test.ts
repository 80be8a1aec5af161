import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, Subject } from '@wherry/api';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { User } from '../../http/context.ts';
import type { Attributes } from '../authorizer.ts';
import { plainlyAllows, type World } from './plain-evaluator.test-support.ts';
import { RbacAuthorizer } from './rbac-authorizer.ts';

/** Of each of the 1,000 worlds, ten questions are asked. */
const WORLDS = 1_000;
const QUESTIONS = 10;

const namespaces = ['a', 'b'];
const roleNames = ['r0', 'r1', 'r2', 'r3'];
const users = ['ann', 'bob', 'system:serviceaccount:a:s', 'system:serviceaccount:b:s'];
const groupNames = ['g0', 'g1', 'system:authenticated'];
const verbs = ['get', 'list', 'create', '*'];
const groups = ['', 'apps', '*'];
const resources = ['pods', 'pods/log', 'deployments', 'deployments/scale', '*/scale', '*/log', 'pods/*', '*'];
const objectNames = ['x', 'y'];
const paths = ['/healthz', '/healthz/*', '/metrics', '/api*', '*'];

const some = (values: readonly string[], max = 3) =>
  fc.subarray([...values], { minLength: 1, maxLength: Math.min(max, values.length) });
const resourceRule: fc.Arbitrary<PolicyRule> = fc.record({
  verbs: some(verbs),
  apiGroups: some(groups),
  resources: some(resources),
  resourceNames: fc.oneof(
    { weight: 2, arbitrary: fc.constant<string[]>([]) },
    { weight: 1, arbitrary: some(objectNames) },
  ),
});
const pathRule: fc.Arbitrary<PolicyRule> = fc.record({ verbs: some(verbs), nonResourceURLs: some(paths) });
const rules = fc.array(fc.oneof({ weight: 5, arbitrary: resourceRule }, { weight: 1, arbitrary: pathRule }), {
  maxLength: 4,
});
const subject: fc.Arbitrary<Subject> = fc.oneof(
  fc.constantFrom(...users).map((name) => ({ kind: 'User', name })),
  fc.constantFrom(...groupNames).map((name) => ({ kind: 'Group', name })),
  fc.constantFrom('', ...namespaces).map((namespace) => ({ kind: 'ServiceAccount', name: 's', namespace })),
);
const subjects = fc.array(subject, { maxLength: 4 });
const byName = {
  selector: ({ metadata }: { metadata: { name: string; namespace?: string | undefined } }) =>
    `${metadata.namespace ?? ''}/${metadata.name}`,
  minLength: 2,
  maxLength: 6,
};

const clusterRole = fc
  .record({ name: fc.constantFrom(...roleNames), rules })
  .map(({ name, rules: own }): ClusterRole => ({ metadata: { name }, rules: own }));
const role = fc
  .record({ name: fc.constantFrom(...roleNames), namespace: fc.constantFrom(...namespaces), rules })
  .map(({ name, namespace, rules: own }): Role => ({ metadata: { name, namespace }, rules: own }));
const clusterRoleBinding = fc
  .record({ name: fc.constantFrom('b0', 'b1', 'b2', 'b3'), role: fc.constantFrom(...roleNames), subjects })
  .map(
    ({ name, role: roleName, subjects: who }): ClusterRoleBinding => ({
      metadata: { name },
      roleRef: { kind: 'ClusterRole', name: roleName },
      subjects: who,
    }),
  );
const roleBinding = fc
  .record({
    name: fc.constantFrom('b0', 'b1', 'b2', 'b3'),
    namespace: fc.constantFrom(...namespaces),
    kind: fc.constantFrom('Role', 'ClusterRole'),
    role: fc.constantFrom(...roleNames),
    subjects,
  })
  .map(
    ({ name, namespace, kind, role: roleName, subjects: who }): RoleBinding => ({
      metadata: { name, namespace },
      roleRef: { kind, name: roleName },
      subjects: who,
    }),
  );

const world: fc.Arbitrary<World> = fc.record({
  clusterRoles: fc.uniqueArray(clusterRole, byName),
  roles: fc.uniqueArray(role, byName),
  clusterRoleBindings: fc.uniqueArray(clusterRoleBinding, byName),
  roleBindings: fc.uniqueArray(roleBinding, byName),
});
const user: fc.Arbitrary<User> = fc.record({
  name: fc.constantFrom(...users),
  groups: fc.subarray([...groupNames]),
});
const attributes: fc.Arbitrary<Attributes> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      isResource: fc.constant(true),
      verb: fc.constantFrom('get', 'list', 'create', 'delete'),
      group: fc.constantFrom('', 'apps', 'batch'),
      resource: fc.constantFrom('pods', 'deployments', 'jobs'),
      subresource: fc.constantFrom('', '', 'log', 'scale'),
      namespace: fc.constantFrom('', ...namespaces),
      name: fc.constantFrom('', ...objectNames),
      path: fc.constant(''),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      isResource: fc.constant(false),
      verb: fc.constantFrom('get', 'delete'),
      group: fc.constant(''),
      resource: fc.constant(''),
      subresource: fc.constant(''),
      namespace: fc.constant(''),
      name: fc.constant(''),
      path: fc.constantFrom('/healthz', '/healthz/', '/healthz/ping', '/metrics', '/metrics/x', '/api', '/apis/apps'),
    }),
  },
);
const question = fc.record({ user, attributes });

function fill(rbac: RbacAuthorizer, all: World): void {
  for (const object of all.clusterRoleBindings) rbac.setBinding(object.metadata.name, object);
  for (const object of all.roleBindings)
    rbac.setBinding(`${object.metadata.namespace}/${object.metadata.name}`, object);
  for (const object of all.clusterRoles) rbac.setRole(object.metadata.name, object);
  for (const object of all.roles) rbac.setRole(`${object.metadata.namespace}/${object.metadata.name}`, object);
}

function empty(rbac: RbacAuthorizer, all: World): void {
  for (const object of all.clusterRoles) rbac.setRole(object.metadata.name, undefined);
  for (const object of all.roleBindings)
    rbac.setBinding(`${object.metadata.namespace}/${object.metadata.name}`, undefined);
  for (const object of all.roles) rbac.setRole(`${object.metadata.namespace}/${object.metadata.name}`, undefined);
  for (const object of all.clusterRoleBindings) rbac.setBinding(object.metadata.name, undefined);
}

test('10,000 random questions on random roles and bindings are answered as by looking at all of them', () => {
  let allowed = 0;
  let asked = 0;
  fc.assert(
    fc.property(world, fc.array(question, { minLength: QUESTIONS, maxLength: QUESTIONS }), (all, questions) => {
      const rbac = new RbacAuthorizer();
      fill(rbac, all);
      for (const { user: who, attributes: what } of questions) {
        const expected = plainlyAllows(all, who, what);
        expect(rbac.authorize(who, what).allowed).toBe(expected);
        asked++;
        if (expected) allowed++;
      }
    }),
    { numRuns: WORLDS },
  );
  expect(asked).toBeGreaterThanOrEqual(WORLDS * QUESTIONS);
  // Both answers are common, or nothing was shown.
  expect(allowed).toBeGreaterThan(asked / 20);
  expect(allowed).toBeLessThan(asked * 0.9);
});

test('what was there before, and was asked, leaves no trace', () => {
  fc.assert(
    fc.property(world, world, fc.array(question, { minLength: 3, maxLength: 10 }), (before, after, questions) => {
      const rbac = new RbacAuthorizer();
      fill(rbac, before);
      for (const { user: who, attributes: what } of questions) rbac.authorize(who, what);
      // Some objects change and others go away and come again.
      fill(rbac, after);
      for (const { user: who, attributes: what } of questions) rbac.authorize(who, what);
      empty(rbac, before);
      fill(rbac, after);
      for (const { user: who, attributes: what } of questions) {
        expect(rbac.authorize(who, what).allowed).toBe(plainlyAllows(after, who, what));
      }
      empty(rbac, after);
      for (const { user: who, attributes: what } of questions) expect(rbac.authorize(who, what).allowed).toBe(false);
    }),
    { numRuns: 300 },
  );
});
