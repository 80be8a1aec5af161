import { apiVersionOf, resources, type Resource } from '@wherry/api';
import { applyDefaults } from '@wherry/api/defaults';
import { clone, decode, StatusError, type JsonMap, type KubeObject } from '@wherry/apimachinery';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyObject } from './apply.ts';
import { setManagers, trackCreate, trackUpdate } from './managed-fields.ts';
import type { Registry } from './registry.ts';
import type { Served } from './served.ts';

const registry = { served: new Map<string, Served>() } as unknown as Registry;
const servedOf = (kind: string): Served => {
  const resource = (resources as readonly Resource[]).find((each) => each.kind === kind)!;
  return { resource, strategy: {}, cache: {}, conversion: undefined } as unknown as Served;
};
const options = (manager: string, force = false) => ({
  user: { name: 'x', groups: [] },
  now: new Date(0),
  dryRun: false,
  manager,
  subresource: '',
  force,
});
const settle = (served: Served, object: JsonMap): KubeObject => {
  const decoded = decode(served.resource.schema, clone(object)).object as KubeObject;
  applyDefaults(served.resource, decoded);
  return decoded;
};
function apply(served: Served, live: KubeObject | undefined, config: JsonMap, manager: string, force = false) {
  const { object, managers } = applyObject(registry, served, live, config, options(manager, force));
  const next = settle(served, object);
  setManagers(next, managers);
  return next;
}

const word = fc.constantFrom('a', 'b', '__proto__', 'constructor', 'name', '');
const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, 0, 1, 80, 'a', 'TCP', '1Gi', true, '', '100m'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(word, tie('value'), { maxKeys: 3 }),
  ),
})).value;
const container = fc.record(
  {
    name: fc.oneof({ weight: 9, arbitrary: fc.constantFrom('a', 'b', 'c') }, { weight: 1, arbitrary: json }),
    image: fc.oneof({ weight: 9, arbitrary: fc.constantFrom('x', 'y') }, { weight: 1, arbitrary: json }),
    ports: fc.array(
      fc.record(
        { containerPort: fc.constantFrom(80, 443), protocol: fc.constantFrom('TCP', 'UDP') },
        { requiredKeys: ['containerPort'] },
      ),
      { maxLength: 2 },
    ),
    env: fc.array(fc.record({ name: fc.constantFrom('A', 'B'), value: fc.constantFrom('1', '2') }), { maxLength: 2 }),
    resources: fc.record({ limits: fc.dictionary(fc.constantFrom('cpu', 'memory'), fc.constantFrom('1', '1000m')) }),
  },
  { requiredKeys: ['name'] },
);
const spec = fc.record(
  {
    containers: fc.array(container, { maxLength: 3 }),
    nodeSelector: fc.oneof(fc.dictionary(word, fc.constantFrom('a', 'b'), { maxKeys: 2 }), fc.constant(null)),
    tolerations: fc.array(fc.record({ key: word, operator: fc.constant('Exists') }), { maxLength: 2 }),
    restartPolicy: fc.constantFrom('Always', 'Never', null),
  },
  { requiredKeys: [] },
);
const anything = fc.oneof(spec, spec, spec, json);
const pods = servedOf('Pod');
const podOf = (of: unknown, labels: unknown): JsonMap => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', labels },
  spec: of,
});

test('whatever is applied to whatever is there is answered, or refused with a Status', () => {
  const refusedOr = (live: KubeObject | undefined, config: JsonMap, manager: string, force: boolean) => {
    try {
      return apply(pods, live, config, manager, force);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      expect([400, 409]).toContain(error.code);
      return live;
    }
  };
  fc.assert(
    fc.property(
      fc.array(fc.tuple(anything, json, fc.constantFrom('a', 'b', 'kubectl'), fc.boolean()), { maxLength: 5 }),
      (steps) => {
        let live: KubeObject | undefined;
        for (const [of, labels, manager, force] of steps) live = refusedOr(live, podOf(of, labels), manager, force);
        expect(({} as { a?: unknown }).a).toBeUndefined();
      },
    ),
    { numRuns: 300 },
  );
});

test('the same configuration again, by the same manager, changes nothing', () => {
  const good = spec.map((of) => podOf(of, { app: 'x' }));
  fc.assert(
    fc.property(good, good, good, (first, other, mine) => {
      let live: KubeObject;
      try {
        live = apply(pods, undefined, first, 'a');
        live = apply(pods, live, other, 'b', true);
        live = apply(pods, live, mine, 'a', true);
      } catch (error) {
        if (error instanceof StatusError) return;
        throw error;
      }
      const again = apply(pods, live, mine, 'a', true);
      expect(again).toEqual(live);
    }),
    { numRuns: 200 },
  );
});

test.each(
  (resources as readonly Resource[])
    .filter(({ stored }) => stored !== false)
    .map((resource) => [`${apiVersionOf(resource)} ${resource.kind}`, resource] as const),
)('an empty %s is tracked through create, update and apply', (_, resource) => {
  const served = { resource, strategy: {}, cache: {}, conversion: undefined } as unknown as Served;
  const config = {
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    metadata: { name: 'x', labels: { a: 'b' } },
  };
  const made = settle(served, config);
  trackCreate(registry, served, made, options('maker'));
  expect(made.metadata.managedFields?.[0]).toMatchObject({ manager: 'maker', operation: 'Update' });
  const next = clone(made);
  next.metadata.labels = { a: 'c' };
  trackUpdate(registry, served, next, made, '', options('changer'));
  expect(next.metadata.managedFields?.find(({ manager }) => manager === 'changer')?.fieldsV1).toEqual({
    'f:metadata': { 'f:labels': { 'f:a': {} } },
  });
  const applied = apply(served, next, { ...config, metadata: { name: 'x', labels: { a: 'c' } } }, 'applier');
  expect(applied.metadata.managedFields?.find(({ manager }) => manager === 'applier')).toMatchObject({
    operation: 'Apply',
    fieldsV1: { 'f:metadata': { 'f:labels': { 'f:a': {} } } },
  });
});
