import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { any, int32, list, map, object, optional, required, string, type Schema } from '../schema.ts';
import type { StatusError } from '../status.ts';
import { typedErrors } from './check-typed.ts';
import { compareTyped } from './compare.ts';
import { applyConflict } from './conflict.ts';
import { fieldSetOf } from './field-set-of.ts';
import {
  canonical,
  difference,
  intersection,
  isEmptySet,
  leaves,
  paths,
  recursiveDifference,
  sameSet,
  union,
  type FieldSet,
} from './field-set.ts';
import { formatManagers, parseManagers, withoutSystemFields, type Manager } from './managers.ts';
import { mergeTyped } from './merge.ts';
import { formatPath, parseFieldSet } from './parse.ts';
import { applyConfiguration, managersAfterUpdate, type Applied, type Write } from './update.ts';

const Port = object('Port', { port: required(int32), protocol: optional(string), name: optional(string) });
const Item = object('Item', {
  name: required(string),
  image: optional(string),
  args: optional(list(string, { listType: 'atomic' })),
  ports: optional(list(Port, { listType: 'map', mapKeys: ['port', 'protocol'], mapKeyDefaults: { protocol: 'TCP' } })),
});
const Spec = object('Spec', {
  replicas: optional(int32),
  selector: optional(map(string, { mapType: 'atomic' })),
  items: optional(list(Item, { listType: 'map', mapKeys: ['name'] })),
  finalizers: optional(list(string, { listType: 'set' })),
  data: optional(any),
});
const Thing = object('Thing', {
  apiVersion: optional(string),
  kind: optional(string),
  metadata: optional(object('Meta', { name: optional(string), labels: optional(map(string)) })),
  spec: optional(Spec),
});

const now = '2026-01-01T00:00:00Z';
const by = (name: string, operation: 'Apply' | 'Update' = 'Apply') => ({
  name,
  operation,
  apiVersion: 'v1',
  subresource: '',
});
const write = (manager: Write['by'], schema: Schema = Thing, ignored: FieldSet = {}, at = now): Write => ({
  by: manager,
  schema,
  version: () => undefined,
  ignored,
  now: at,
});

interface State {
  object: unknown;
  managers: readonly Manager[];
}
const nothing: State = { object: {}, managers: [] };

function tryApply(state: State, name: string, config: unknown, force = false): Applied {
  return applyConfiguration(write(by(name)), state.managers, state.object, config, force);
}
function apply(state: State, name: string, config: unknown, force = false): State {
  const applied = tryApply(state, name, config, force);
  if ('conflicts' in applied) throw applyConflict(applied.conflicts);
  return applied;
}
function update(state: State, name: string, next: unknown, at = now): State {
  const managers = managersAfterUpdate(write(by(name, 'Update'), Thing, {}, at), state.managers, state.object, next);
  return { object: next, managers };
}
const fieldsOf = (state: State, name: string) =>
  [...paths(state.managers.find((manager) => manager.name === name)?.fields ?? {})].map(formatPath);

describe('the fields of a value', () => {
  test('are written as FieldsV1: items by their keys, sets by their values, atomic parts whole', () => {
    const value = {
      spec: {
        replicas: 1,
        selector: { a: 'b' },
        items: [{ name: 'web', args: ['x'], ports: [{ port: 80 }] }],
        finalizers: ['done'],
        data: { free: { form: [1] } },
      },
    };
    expect(canonical(fieldSetOf(Thing, value))).toEqual({
      'f:spec': {
        'f:data': { 'f:free': { '.': {}, 'f:form': {} } },
        'f:finalizers': { 'v:"done"': {} },
        'f:items': {
          'k:{"name":"web"}': {
            '.': {},
            'f:args': {},
            'f:name': {},
            'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {} } },
          },
        },
        'f:replicas': {},
        'f:selector': {},
      },
    });
  });

  test('of empty maps and nulls are the fields themselves', () => {
    expect(fieldSetOf(Thing, { metadata: { labels: {} }, spec: { replicas: null } })).toEqual({
      'f:metadata': { 'f:labels': {} },
      'f:spec': { 'f:replicas': {} },
    });
  });

  test('do not depend on the order of keys, and stand in the order upstream gives them', () => {
    const [a, b] = [{ spec: { replicas: 1, items: [{ name: 'b' }, { name: 'a' }] } }, {}];
    Object.assign(b, { spec: { items: [{ name: 'a' }, { name: 'b' }], replicas: 1 } });
    expect(JSON.stringify(canonical(fieldSetOf(Thing, a)))).toBe(JSON.stringify(canonical(fieldSetOf(Thing, b))));
    const ports = { 'k:{"port":443}': {}, 'k:{"port":80}': {}, 'f:z': {}, 'v:"a"': {}, '.': {} };
    expect(Object.keys(canonical(ports))).toEqual(['.', 'f:z', 'k:{"port":80}', 'k:{"port":443}', 'v:"a"']);
  });

  test('read from a client may be written in any order, and nonsense is refused', () => {
    expect(parseFieldSet({ 'k:{"protocol":"TCP", "port":80}': { 'f:b': {}, 'f:a': {} } })).toEqual({
      'k:{"port":80,"protocol":"TCP"}': { 'f:a': {}, 'f:b': {} },
    });
    for (const bad of [{ a: {} }, { 'x:a': {} }, { 'k:nonsense': {} }, { 'f:a': 1 }, { __proto__x: {} }, [], 'f:a']) {
      expect(parseFieldSet(bad)).toBeUndefined();
    }
    expect(parseFieldSet(JSON.parse('{"__proto__":{}}'))).toBeUndefined();
    expect(parseFieldSet(JSON.parse('{"f:__proto__":{}}'))).toEqual({ 'f:__proto__': {} });
  });
});

describe('what is wrong with a configuration', () => {
  test.each([
    [{ spec: { foo: 1 } }, '.spec.foo: field not declared in schema'],
    [{ spec: { replicas: 'x' } }, '.spec.replicas: expected numeric (int or float), got string'],
    [
      { metadata: { labels: { a: true } } },
      '.metadata.labels.a: expected string, got &value.valueUnstructured{Value:true}',
    ],
    [{ spec: [] }, '.spec: expected map, got &{[]}'],
    [{ spec: { items: { a: 'b' } } }, '.spec.items: expected list, got &{map[a:b]}'],
    [
      { spec: { items: [{ image: 'x' }] } },
      '.spec.items: element 0: associative list with keys has an element that omits key field "name" (and doesn\'t have default value)',
    ],
    [{ spec: { items: [{ name: 'a' }, { name: 'a' }] } }, '.spec.items: duplicate entries for key [name="a"]'],
    [
      { spec: { items: [{ name: 'a', ports: [{ port: 80 }, { port: 80, protocol: 'TCP' }] }] } },
      '.spec.items[name="a"].ports: duplicate entries for key [port=80,protocol="TCP"]',
    ],
    [{ spec: { finalizers: ['a', 'a'] } }, '.spec.finalizers: duplicate entries for key [="a"]'],
    [
      { spec: { finalizers: [null] } },
      ".spec.finalizers: element 0: associative list without keys has an element that's an explicit null",
    ],
    [{ spec: { items: [null] } }, '.spec.items: element 0: associative list with keys may not have a null element'],
  ])('%j: %s', (config, message) => {
    expect(typedErrors(Thing, config)).toBe(message);
  });

  test('is listed when there is more than one', () => {
    expect(typedErrors(Thing, { spec: { a: 1 }, metadata: { b: 1 } })).toBe(
      'errors:\n  .metadata.b: field not declared in schema\n  .spec.a: field not declared in schema',
    );
    expect(typedErrors(Thing, { spec: { replicas: null, data: [{ x: 1 }] } })).toBeUndefined();
  });
});

describe('apply', () => {
  test('owns what it says, and takes away what it said before', () => {
    let state = apply(nothing, 'a', { spec: { replicas: 1, items: [{ name: 'x', image: '1' }, { name: 'y' }] } });
    expect(fieldsOf(state, 'a')).toContain('.spec.items[name="x"].image');
    state = apply(state, 'a', { spec: { items: [{ name: 'x' }] } });
    expect(state.object).toEqual({ spec: { items: [{ name: 'x' }] } });
    expect(fieldsOf(state, 'a')).toEqual(['.spec.items[name="x"]', '.spec.items[name="x"].name']);
  });

  test('leaves what somebody else owns too', () => {
    let state = apply(nothing, 'a', { spec: { replicas: 1, items: [{ name: 'x', image: '1' }] } });
    state = apply(state, 'b', { spec: { items: [{ name: 'x', image: '1' }] } });
    state = apply(state, 'a', { metadata: { labels: { l: '1' } } });
    expect(state.object).toEqual({ metadata: { labels: { l: '1' } }, spec: { items: [{ name: 'x', image: '1' }] } });
  });

  test('refuses to change what somebody else owns, unless it is forced', () => {
    const state = update(nothing, 'kubectl-client-side-apply', { spec: { replicas: 3 } });
    const refused = tryApply(state, 'a', { spec: { replicas: 5 } });
    expect('conflicts' in refused).toBe(true);
    const error = applyConflict((refused as { conflicts: never }).conflicts) as StatusError;
    expect(error.message).toBe(
      'Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using v1: .spec.replicas',
    );
    expect(error.status).toMatchObject({
      code: 409,
      reason: 'Conflict',
      details: {
        causes: [
          {
            reason: 'FieldManagerConflict',
            message: 'conflict with "kubectl-client-side-apply" using v1',
            field: '.spec.replicas',
          },
        ],
      },
    });
    const forced = apply(state, 'a', { spec: { replicas: 5 } }, true);
    expect(forced.object).toEqual({ spec: { replicas: 5 } });
    expect(fieldsOf(forced, 'kubectl-client-side-apply')).toEqual(['.spec']);
  });

  test('lists several conflicts by manager', () => {
    let state = apply(nothing, 'z', { metadata: { labels: { l: '1' } } });
    state = update(state, 'u', { metadata: { labels: { l: '1' } }, spec: { replicas: 1, selector: { a: 'b' } } });
    const refused = tryApply(state, 'a', {
      metadata: { labels: { l: '2' } },
      spec: { replicas: 2, selector: { a: 'c' } },
    });
    expect(applyConflict((refused as { conflicts: never }).conflicts).message).toBe(
      'Apply failed with 3 conflicts: conflicts with "u" using v1:\n- .spec.replicas\n- .spec.selector\nconflicts with "z":\n- .metadata.labels.l',
    );
  });

  test('of the same value shares it without a conflict', () => {
    let state = apply(nothing, 'a', { spec: { replicas: 1 } });
    state = apply(state, 'b', { spec: { replicas: 1 } });
    expect(fieldsOf(state, 'a')).toEqual(['.spec.replicas']);
    expect(fieldsOf(state, 'b')).toEqual(['.spec.replicas']);
    expect('conflicts' in tryApply(state, 'a', { spec: { replicas: 2 } })).toBe(true);
  });

  test('keeps the items of others, in an order that fits both', () => {
    const live = { spec: { finalizers: ['a', 'b', 'c'] } };
    expect(mergeTyped(Thing, live, { spec: { finalizers: ['c', 'x', 'a'] } })).toEqual({
      spec: { finalizers: ['b', 'c', 'x', 'a'] },
    });
    expect(mergeTyped(Thing, live, { spec: { finalizers: ['a', 'x', 'c'] } })).toEqual({
      spec: { finalizers: ['a', 'b', 'x', 'c'] },
    });
    expect(mergeTyped(Thing, live, { spec: { finalizers: [] } })).toEqual(live);
  });

  test('does not remove what was added to a part that it gives up', () => {
    let state = apply(nothing, 'a', { spec: { replicas: 1, data: { mine: 1 } } });
    state = update(state, 'u', { spec: { replicas: 1, data: { mine: 1, theirs: 2 } } });
    state = apply(state, 'a', { metadata: { labels: { l: '1' } } });
    expect(state.object).toEqual({ metadata: { labels: { l: '1' } }, spec: { data: { theirs: 2 } } });
  });

  test('drops managers of versions that are gone', () => {
    const gone: Manager = { ...by('old'), apiVersion: 'v0', time: now, fields: { 'f:spec': { 'f:replicas': {} } } };
    const state = apply({ object: { spec: { replicas: 1 } }, managers: [gone] }, 'a', { spec: { replicas: 2 } });
    expect(state.managers.map(({ name }) => name)).toEqual(['a']);
  });
});

describe('an update', () => {
  test('takes over what it changes, and no more', () => {
    let state = apply(nothing, 'a', { spec: { replicas: 1, items: [{ name: 'x', image: '1' }] } });
    state = update(state, 'u', { spec: { replicas: 1, items: [{ name: 'x', image: '2' }] } });
    expect(fieldsOf(state, 'u')).toEqual(['.spec.items[name="x"].image']);
    expect(fieldsOf(state, 'a')).toEqual(['.spec.replicas', '.spec.items[name="x"]', '.spec.items[name="x"].name']);
  });

  test('that removes a field leaves it to nobody', () => {
    let state = apply(nothing, 'a', { spec: { replicas: 1, items: [{ name: 'x' }] } });
    state = update(state, 'u', { spec: { items: [{ name: 'x' }] } });
    expect(fieldsOf(state, 'a')).not.toContain('.spec.replicas');
    expect(state.managers).toHaveLength(1);
  });

  test('without a change changes no manager', () => {
    const state = apply(nothing, 'a', { spec: { replicas: 1 } });
    expect(update(state, 'u', { spec: { replicas: 1 } }).managers).toBe(state.managers);
  });

  test('does not own what its endpoint resets', () => {
    const managers = managersAfterUpdate(
      write(by('u', 'Update'), Thing, { 'f:spec': {} }),
      [],
      {},
      { spec: { replicas: 1 }, metadata: { labels: { a: 'b' } } },
    );
    expect(formatManagers(managers)[0]?.fieldsV1).toEqual({ 'f:metadata': { 'f:labels': { '.': {}, 'f:a': {} } } });
  });

  test('keeps no more than ten updaters: the oldest become ancient-changes', () => {
    let state = nothing;
    const labels: Record<string, string> = {};
    for (let i = 0; i < 13; i++) {
      labels[`l${i}`] = 'x';
      const at = String(i).padStart(2, '0');
      state = update(state, `u${at}`, { metadata: { labels: { ...labels } } }, `2026-01-01T00:00:${at}Z`);
    }
    expect(state.managers.map(({ name }) => name).sort()).toEqual([
      'ancient-changes',
      ...Array.from({ length: 9 }, (_, i) => `u${String(i + 4).padStart(2, '0')}`),
    ]);
    expect(fieldsOf(state, 'ancient-changes')).toContain('.metadata.labels.l3');
  });
});

describe('entries', () => {
  test('survive formatting and parsing', () => {
    const state = update(apply(nothing, 'a', { spec: { replicas: 1 } }), 'u', { spec: { replicas: 2, selector: {} } });
    const entries = formatManagers(state.managers);
    expect(formatManagers(parseManagers(entries)!)).toEqual(entries);
  });

  test.each([
    [{ operation: 'Delete', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: {} }],
    [{ operation: 'Apply', apiVersion: '', fieldsType: 'FieldsV1', fieldsV1: {} }],
    [{ operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV2', fieldsV1: {} }],
    [{ operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: { nonsense: {} } }],
  ])('like %j are not understood', (entry) => {
    expect(parseManagers([entry])).toBeUndefined();
  });
});

describe('whatever is applied', () => {
  const word = fc.constantFrom('a', 'b', 'c', '__proto__');
  const item = fc.record(
    {
      name: fc.constantFrom('x', 'y', 'z'),
      image: word,
      args: fc.array(word, { maxLength: 2 }),
      ports: fc.uniqueArray(fc.record({ port: fc.integer({ min: 1, max: 3 }), name: word }), {
        selector: (p) => p.port,
        maxLength: 2,
      }),
    },
    { requiredKeys: ['name'] },
  );
  const config = fc.record(
    {
      metadata: fc.record({ labels: fc.dictionary(word, word, { maxKeys: 3 }) }, { requiredKeys: [] }),
      spec: fc.record(
        {
          replicas: fc.integer({ min: 0, max: 3 }),
          selector: fc.dictionary(word, word, { maxKeys: 2 }),
          items: fc.uniqueArray(item, { selector: (i) => i.name, maxLength: 3 }),
          finalizers: fc.uniqueArray(word, { maxLength: 3 }),
          data: fc.dictionary(word, fc.oneof(word, fc.array(word), fc.dictionary(word, word, { maxKeys: 2 })), {
            maxKeys: 2,
          }),
        },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: [] },
  );
  const entriesOf = (state: State) => JSON.stringify(formatManagers(state.managers));

  test('a second time changes nothing', () => {
    fc.assert(
      fc.property(config, config, config, (first, other, mine) => {
        const state = apply(apply(apply(nothing, 'a', first), 'b', other, true), 'a', mine, true);
        const again = apply(state, 'a', mine);
        expect(again.object).toBe(state.object);
        expect(entriesOf(again)).toBe(entriesOf(state));
      }),
    );
  });

  test('every field that it says is then in the object, and owned', () => {
    fc.assert(
      fc.property(config, config, config, (first, other, mine) => {
        const state = apply(apply(apply(nothing, 'a', first), 'b', other, true), 'a', mine, true);
        const said = withoutSystemFields(leaves(fieldSetOf(Thing, mine)));
        const own = state.managers.find(({ name }) => name === 'a')?.fields ?? {};
        expect(isEmptySet(difference(said, own))).toBe(true);
        expect(compareTyped(Thing, state.object, mergeTyped(Thing, state.object, mine)).modified).toEqual({});
      }),
    );
  });

  test("nobody's field is lost", () => {
    fc.assert(
      fc.property(config, config, config, (theirs, first, second) => {
        const before = apply(nothing, 'b', theirs);
        const state = apply(apply(before, 'a', first, true), 'a', second, true);
        const left = state.managers.find(({ name }) => name === 'b')?.fields ?? {};
        const present = compareTyped(Thing, {}, state.object).added;
        // Empty collections leave nothing behind that could be compared.
        expect([...paths(difference(leaves(left), union(present, fieldSetOf(Thing, state.object))))]).toEqual([]);
      }),
    );
  });

  test('by two who say nothing of the same fields comes to the same in either order', () => {
    const mine = fc.record({
      metadata: fc.record({ labels: fc.dictionary(fc.constantFrom('a', 'b'), word) }),
      spec: fc.record({ replicas: fc.integer({ min: 0, max: 9 }) }),
    });
    const theirs = fc.record({
      metadata: fc.record({ labels: fc.dictionary(fc.constantFrom('c', 'd'), word) }),
      spec: fc.record({ items: fc.uniqueArray(item, { selector: (i) => i.name, minLength: 1 }) }),
    });
    fc.assert(
      fc.property(mine, theirs, (a, b) => {
        const one = apply(apply(nothing, 'a', a), 'b', b);
        const two = apply(apply(nothing, 'b', b), 'a', a);
        expect(one.object).toEqual(two.object);
        expect(entriesOf(one)).toBe(entriesOf(two));
      }),
    );
  });

  test('does not depend on the order of keys', () => {
    const turned = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(turned)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(
              Object.entries(value)
                .reverse()
                .map(([key, inner]) => [key, turned(inner)]),
            )
          : value;
    fc.assert(
      fc.property(config, config, (first, second) => {
        const one = apply(apply(nothing, 'a', first), 'a', second);
        const two = apply(apply(nothing, 'a', turned(first)), 'a', turned(second));
        expect(one.object).toEqual(two.object);
        expect(entriesOf(one)).toBe(entriesOf(two));
      }),
    );
  });

  test('what is new is owned in the order in which it is written', () => {
    fc.assert(
      fc.property(config, config, (zero, value) => {
        const { managers } = update({ object: zero, managers: [] }, 'u', value);
        for (const { fields } of managers) expect(JSON.stringify(fields)).toBe(JSON.stringify(canonical(fields)));
        const whole = update(nothing, 'u', value).managers[0]?.fields ?? {};
        expect(isEmptySet(difference(withoutSystemFields(leaves(fieldSetOf(Thing, value))), whole))).toBe(true);
      }),
    );
  });

  test('the sets of fields obey the laws of sets', () => {
    const setOf = config.map((value) => canonical(fieldSetOf(Thing, value)));
    fc.assert(
      fc.property(setOf, setOf, setOf, (a, b, c) => {
        const same = (x: FieldSet, y: FieldSet) => expect(sameSet(x, y)).toBe(true);
        same(union(a, b), union(b, a));
        same(union(a, union(b, c)), union(union(a, b), c));
        expect(union(a, a)).toBe(a);
        same(intersection(a, b), intersection(b, a));
        same(union(difference(a, b), intersection(a, b)), a);
        same(difference(a, a), {});
        same(intersection(difference(a, b), b), {});
        same(difference(recursiveDifference(a, b), b), recursiveDifference(a, b));
        expect(parseFieldSet(JSON.parse(JSON.stringify(a)))).toEqual(a);
      }),
    );
  });
});
