import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { resources } from '../resources.ts';
import type { Json } from './reference.ts';
import { componentSchemas } from './schemas.ts';

/** The published definitions, where the machine has them: $WHERRY_FACTS, or beside the repository. */
const file =
  process.env['WHERRY_FACTS'] ?? new URL('../../../../../shared/k8s-api-facts.json', import.meta.url).pathname;
const facts = existsSync(file)
  ? (JSON.parse(readFileSync(file, 'utf8')) as { definitions: Record<string, Json> }).definitions
  : undefined;

/** Where we differ on purpose: `definition.property` or `definition`, and why. */
const differences: Readonly<Record<string, string>> = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': 'v2 has no oneOf; in v3 we say string or number, as published',
  'io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta.shardInfo': 'our lists are not sharded',
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'v2 has no oneOf; in v3 we say integer or string, as published',
};

const ours = componentSchemas(resources, 'v2') as Record<string, Json>;

describe.skipIf(facts === undefined)(
  'our schemas against the published ones (skipped: no facts file on this machine)',
  () => {
    const common = Object.keys(ours).filter((id) => facts?.[id] !== undefined);

    test('every definition of ours is a published one', () => {
      const unknown = Object.keys(ours).filter((id) => facts?.[id] === undefined && differences[id] === undefined);
      expect(unknown).toEqual([]);
    });

    test.each(common)('%s', (id) => {
      const [own, published] = [properties(ours[id] ?? {}), properties(facts?.[id] ?? {})];
      for (const name of Object.keys(differences)) {
        if (!name.startsWith(`${id}.`)) continue;
        delete own[name.slice(id.length + 1)];
        delete published[name.slice(id.length + 1)];
      }
      expect(own).toEqual(published);
      if (differences[id] === undefined) expect(outline(ours[id] ?? {})).toEqual(outline(facts?.[id] ?? {}));
    });

    test('every listed difference is one', () => {
      for (const name of Object.keys(differences)) {
        const id = common.find((candidate) => name.startsWith(`${candidate}.`)) ?? name;
        expect([name, ours[id] === facts?.[id]]).toEqual([name, false]);
      }
    });
  },
);

test('the published definitions are there, or this machine has none', () => {
  if (facts === undefined) console.warn(`no facts at ${file}: our schemas were not compared`);
  expect(Object.keys(ours).length).toBeGreaterThan(150);
});

/** What both say of the properties, without prose, defaults and the enum of `kind`. */
function properties(definition: Json): Json {
  const all = (definition['properties'] ?? {}) as Record<string, Json>;
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, bare(value, name === 'kind')]));
}

function bare(value: unknown, isKind = false): unknown {
  if (Array.isArray(value)) return value.map((item) => bare(item));
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(
    ([key]) => key !== 'description' && key !== 'default' && !(isKind && key === 'enum'),
  );
  return Object.fromEntries(kept.map(([key, inner]) => [key, bare(inner)]));
}

/** What a definition says beside its properties. */
function outline(definition: Json): Json {
  const { properties: _, description: _description, required, ...rest } = definition;
  const kinds = rest['x-kubernetes-group-version-kind'];
  delete rest['x-kubernetes-group-version-kind'];
  // Options and Status are published for every group that uses them.
  const gvk = Array.isArray(kinds) && kinds.length < 3 ? { gvk: kinds as unknown } : {};
  return { ...rest, required: ((required as string[] | undefined) ?? []).toSorted(), ...gvk };
}
