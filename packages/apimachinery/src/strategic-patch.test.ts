import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clone } from './copy.ts';
import { boolean, list, map, object, optional, required, string } from './schema.ts';
import { createStrategicPatch, createThreeWayPatch } from './strategic-diff.ts';
import { strategicMergePatch } from './strategic-patch.ts';

const Item = object('Item', {
  name: required(string),
  value: optional(string),
  tags: optional(list(string)),
  set: optional(list(string, { patchStrategy: 'merge' })),
  secret: optional(object('Secret', { name: optional(string) })),
  host: optional(object('Host', { path: optional(string) })),
});
const Doc = object('Doc', {
  labels: optional(map(string)),
  items: optional(list(Item, { patchStrategy: 'merge', patchMergeKey: 'name' })),
  volumes: optional(list(Item, { patchStrategy: 'merge,retainKeys', patchMergeKey: 'name' })),
  finalizers: optional(list(string, { patchStrategy: 'merge' })),
  args: optional(list(string)),
  strategy: optional(
    object('Strategy', { type: optional(string), rolling: optional(map(string)) }, { patchStrategy: 'retainKeys' }),
  ),
  whole: optional(object('Whole', { a: optional(boolean), b: optional(boolean) }, { patchStrategy: 'replace' })),
});

const apply = (document: unknown, patch: unknown): unknown => strategicMergePatch(Doc, document, patch);
const a = { name: 'a', value: '1' };
const b = { name: 'b', value: '2' };
const c = { name: 'c', value: '3' };

describe('strategic merge patch', () => {
  test('maps merge, and null deletes', () => {
    expect(apply({ labels: { x: '1', y: '2' } }, { labels: { y: null, z: '3' } })).toEqual({
      labels: { x: '1', z: '3' },
    });
  });

  test('lists with a merge key merge by it, and new elements are appended', () => {
    expect(apply({ items: [a, b] }, { items: [{ name: 'b', value: '9' }, c] })).toEqual({
      items: [a, { name: 'b', value: '9' }, c],
    });
  });

  test('$patch: delete removes the element of that key', () => {
    expect(apply({ items: [a, b] }, { items: [{ $patch: 'delete', name: 'a' }] })).toEqual({ items: [b] });
  });

  test('$patch: replace in a list replaces the list', () => {
    expect(apply({ items: [a, b] }, { items: [c, { $patch: 'replace' }] })).toEqual({ items: [c] });
  });

  test('$patch: replace in a map replaces the map', () => {
    expect(apply({ labels: { x: '1' } }, { labels: { $patch: 'replace', y: '2' } })).toEqual({ labels: { y: '2' } });
  });

  test('an unknown $patch is refused', () => {
    expect(() => apply({}, { labels: { $patch: 'explode' } })).toThrow('unknown patch type');
  });

  test('an element without its merge key is refused', () => {
    expect(() => apply({ items: [a] }, { items: [{ value: 'x' }] })).toThrow(
      'does not contain declared merge key: name',
    );
  });

  test('lists without a strategy are replaced', () => {
    expect(apply({ args: ['x', 'y'] }, { args: ['z'] })).toEqual({ args: ['z'] });
  });

  test('primitive lists that merge become a union', () => {
    expect(apply({ finalizers: ['x', 'y'] }, { finalizers: ['y', 'z'] })).toEqual({ finalizers: ['x', 'y', 'z'] });
  });

  test('$deleteFromPrimitiveList removes values, alone or beside additions', () => {
    expect(apply({ finalizers: ['x', 'y'] }, { '$deleteFromPrimitiveList/finalizers': ['x'] })).toEqual({
      finalizers: ['y'],
    });
    const patch = { '$deleteFromPrimitiveList/finalizers': ['x'], finalizers: ['z'] };
    expect(apply({ finalizers: ['x', 'y'] }, patch)).toEqual({ finalizers: ['y', 'z'] });
  });

  test('$setElementOrder orders what it names and keeps others near their places', () => {
    const patch = { '$setElementOrder/items': [{ name: 'c' }, { name: 'a' }], items: [c] };
    expect(apply({ items: [a, b] }, patch)).toEqual({ items: [c, a, b] });
    expect(apply({ items: [b, a] }, patch)).toEqual({ items: [c, b, a] });
  });

  test('$retainKeys drops every key that it does not name', () => {
    const patch = { strategy: { $retainKeys: ['type'], type: 'Recreate' } };
    expect(apply({ strategy: { type: 'RollingUpdate', rolling: { x: '1' } } }, patch)).toEqual({
      strategy: { type: 'Recreate' },
    });
    const item = { name: 'v', $retainKeys: ['name', 'host'], host: { path: '/' } };
    expect(apply({ volumes: [{ name: 'v', secret: { name: 's' } }] }, { volumes: [item] })).toEqual({
      volumes: [{ name: 'v', host: { path: '/' } }],
    });
  });

  test('$retainKeys that misses a key of its own patch is refused', () => {
    expect(() => apply({}, { strategy: { $retainKeys: ['type'], rolling: {} } })).toThrow(
      '$retainKeys must be a superset',
    );
  });

  test('patchStrategy replace on a map replaces it', () => {
    expect(apply({ whole: { a: true } }, { whole: { b: true } })).toEqual({ whole: { b: true } });
  });

  test('directives leave no trace in a new object', () => {
    const patch = {
      items: [{ $patch: 'delete', name: 'x' }, a],
      labels: { q: null },
      '$setElementOrder/items': [{ name: 'a' }],
    };
    expect(apply({}, patch)).toEqual({ items: [a], labels: {} });
  });

  test('__proto__ is a label like any other', () => {
    const result = apply({ labels: {} }, JSON.parse('{"labels":{"__proto__":"x"}}'));
    expect(JSON.stringify(result)).toBe('{"labels":{"__proto__":"x"}}');
  });

  test('what the document held is unchanged afterwards', () => {
    const document = { items: [a, b], labels: { x: '1' }, finalizers: ['x'] };
    const before = clone(document);
    apply(document, {
      items: [{ name: 'a', value: '9' }],
      labels: { x: null },
      '$deleteFromPrimitiveList/finalizers': ['x'],
    });
    expect(document).toEqual(before);
  });
});

describe('creating strategic patches', () => {
  test('the three-way patch deletes what was applied before and keeps what others set', () => {
    const original = { labels: { mine: '1', gone: '1' }, items: [a, b] };
    const modified = { labels: { mine: '2' }, items: [a] };
    const current = { labels: { mine: '1', gone: '1', theirs: '1' }, items: [a, b, c] };
    const patch = createThreeWayPatch(Doc, original, modified, current);
    expect(patch).toEqual({
      labels: { mine: '2', gone: null },
      items: [{ $patch: 'delete', name: 'b' }],
      '$setElementOrder/items': [{ name: 'a' }],
    });
    expect(apply(current, patch)).toEqual({ labels: { mine: '2', theirs: '1' }, items: [a, c] });
  });

  test('a change of the volume’s source carries $retainKeys', () => {
    const from = { volumes: [{ name: 'v', secret: { name: 's' } }] };
    const to = { volumes: [{ name: 'v', host: { path: '/' } }] };
    const patch = createStrategicPatch(Doc, from, to);
    expect(patch['volumes']).toEqual([{ name: 'v', host: { path: '/' }, secret: null, $retainKeys: ['host', 'name'] }]);
    expect(apply(from, patch)).toEqual(to);
  });

  const name = fc.constantFrom('a', 'b', 'c', 'd');
  const labels = fc.dictionary(fc.constantFrom('x', 'y', '__proto__', 'constructor'), fc.string({ maxLength: 2 }));
  const item = fc.record(
    {
      name,
      value: fc.string({ maxLength: 2 }),
      tags: fc.array(fc.string({ maxLength: 1 }), { maxLength: 2 }),
      secret: fc.record({ name }),
    },
    { requiredKeys: ['name'] },
  );
  const items = fc.uniqueArray(item, { selector: (i) => i.name, maxLength: 4 });
  const doc = fc.record(
    {
      labels,
      items,
      volumes: items,
      finalizers: fc.uniqueArray(name),
      args: fc.array(name, { maxLength: 3 }),
      strategy: fc.record({ type: name, rolling: labels }, { requiredKeys: [] }),
      whole: fc.record({ a: fc.boolean(), b: fc.boolean() }, { requiredKeys: [] }),
    },
    { requiredKeys: [] },
  );
  const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

  test('the patch of two objects makes the second of the first', () => {
    fc.assert(
      fc.property(doc, doc, (from, to) => {
        expect(plain(apply(plain(from), createStrategicPatch(Doc, plain(from), plain(to))))).toEqual(plain(to));
      }),
    );
  });

  test('equal objects need no patch', () => {
    fc.assert(
      fc.property(doc, (same) => {
        expect(createStrategicPatch(Doc, same, clone(same))).toEqual({});
      }),
    );
  });

  test('applying the same configuration twice changes nothing the second time', () => {
    fc.assert(
      fc.property(doc, doc, doc, (original, modified, current) => {
        const [o, m, live] = [plain(original), plain(modified), plain(current)];
        const after = apply(live, createThreeWayPatch(Doc, o, m, live));
        expect(createThreeWayPatch(Doc, m, m, after)).toEqual({});
      }),
    );
  });

  test('patches of different keys and elements commute', () => {
    const only = (names: string[], keys: string[]) =>
      fc.record(
        {
          labels: fc.dictionary(fc.constantFrom(...keys), fc.option(fc.string({ maxLength: 2 }))),
          items: fc.uniqueArray(
            fc.record(
              { name: fc.constantFrom(...names), value: fc.string({ maxLength: 2 }) },
              { requiredKeys: ['name'] },
            ),
            { selector: (i) => i.name },
          ),
          finalizers: fc.uniqueArray(fc.constantFrom(...names)),
        },
        { requiredKeys: [] },
      );
    const sorted = (value: unknown): unknown => {
      const { items: list, finalizers, ...rest } = value as { items?: { name: string }[]; finalizers?: string[] };
      const byName = (x: { name: string }, y: { name: string }) => (x.name < y.name ? -1 : 1);
      return { ...rest, items: list && [...list].sort(byName), finalizers: finalizers && [...finalizers].sort() };
    };
    fc.assert(
      fc.property(
        doc,
        only(['a', 'b'], ['x', 'constructor']),
        only(['c', 'd'], ['y', '__proto__']),
        (from, one, two) => {
          const [first, second] = [plain(one), plain(two)];
          const left = apply(apply(plain(from), first), second);
          const right = apply(apply(plain(from), second), first);
          // New elements come in the order of the patches.
          expect(sorted(left)).toEqual(sorted(right));
        },
      ),
    );
  });

  test('a configuration that is applied leaves what it never said alone', () => {
    fc.assert(
      fc.property(doc, doc, doc, (original, modified, current) => {
        const [o, m, live] = [plain(original), plain(modified), plain(current)] as {
          labels?: Record<string, string>;
          items?: { name: string }[];
          finalizers?: string[];
        }[];
        const after = apply(live, createThreeWayPatch(Doc, o, m, live)) as typeof live;
        // A collection that is no more in the configuration goes whole, as kubectl has it.
        const stays = (key: 'labels' | 'items' | 'finalizers') => m?.[key] !== undefined || o?.[key] === undefined;
        for (const [key, value] of stays('labels') ? Object.entries(live?.labels ?? {}) : []) {
          if (Object.hasOwn(o?.labels ?? {}, key) || Object.hasOwn(m?.labels ?? {}, key)) continue;
          expect(Object.entries(after?.labels ?? {})).toContainEqual([key, value]);
        }
        const said = new Set([...(o?.items ?? []), ...(m?.items ?? [])].map((i) => i.name));
        const others = stays('items') ? (live?.items ?? []).filter((i) => !said.has(i.name)) : [];
        expect(after?.items ?? []).toEqual(expect.arrayContaining(others));
        const kept = stays('finalizers') ? (live?.finalizers ?? []).filter((f) => !o?.finalizers?.includes(f)) : [];
        expect(after?.finalizers ?? []).toEqual(expect.arrayContaining(kept));
      }),
    );
  });
});

describe('elements that share their key', () => {
  const one = { name: 'a', value: '1' };
  const two = { name: 'a', value: '2' };

  test('stay apart in a list that replaces another', () => {
    expect(apply({ items: [one] }, { items: [two, one, { $patch: 'replace' }] })).toEqual({ items: [two, one] });
  });

  test('are applied again without a patch when they are there, whatever others added', () => {
    const live = [{ ...one, tags: ['x'] }, two];
    expect(createThreeWayPatch(Doc, { items: [one, two] }, { items: [one, two] }, { items: live })).toEqual({});
  });

  test('are replaced by others, and the patch makes what was wanted', () => {
    const wanted = { items: [two, { name: 'a', value: '3' }] };
    const patch = createThreeWayPatch(Doc, { items: [one, two] }, wanted, { items: [one, two] });
    expect(apply({ items: [one, two] }, patch)).toEqual(wanted);
  });
});
