import { apiVersionOf, type CustomResourceDefinition, type Resource } from '@wherry/api';
import { decode, type KubeObject } from '@wherry/apimachinery';
import { createEncoding, encodeForStorage, type Encoding } from '../cache/entry.ts';
import { WatchCache } from '../cache/watch-cache.ts';
import type { Conversion, Served } from '../registry/served.ts';
import { customStrategy } from './custom-strategy.ts';
import { asVersion, resourceOf } from './resource.ts';
import { customScale } from './scale.ts';

/** What a definition brings into the registry; the cache is not filled yet. */
export interface ServedDefinition {
  storageName: string;
  cache: WatchCache;
  /** The version in which the objects are stored, which need not be served. */
  stored: Served;
  /** By `group/version/plural`. */
  served: ReadonlyMap<string, Served>;
}

/** Throws an Error for a schema that cannot be read. */
export function serveDefinition(definition: CustomResourceDefinition, isTerminating: () => boolean): ServedDefinition {
  const { spec } = definition;
  const resources = spec.versions.map((version) => resourceOf(definition, version));
  const storage = resources[spec.versions.findIndex((version) => version.storage)];
  if (storage === undefined) throw new Error('no storage version');
  const storageName = `${storage.plural}.${storage.group}`;
  const encoding: Encoding = createEncoding(storageName, storage.kind, apiVersionOf(storage), (value) =>
    renewed(value, resources, storage, encoding),
  );
  const cache = new WatchCache(encoding);
  const serve = (resource: Resource): Served => ({
    resource,
    cache,
    strategy: customStrategy(resource.subresources.includes('status'), isTerminating),
    conversion: resource === storage ? undefined : conversionOf(resource, storage),
    subresources: customScale(spec.versions.find((version) => version.name === resource.version)?.subresources?.scale),
  });
  const served = new Map<string, Served>();
  for (const [i, resource] of resources.entries()) {
    // Nothing converts by webhook yet, and an object in a shape that is not its own would be worse than none.
    const converted = resource === storage || spec.conversion?.strategy !== 'Webhook';
    if (!spec.versions[i]!.served || !converted) continue;
    served.set(`${resource.group}/${resource.version}/${resource.plural}`, serve(resource));
  }
  return { storageName, cache, stored: serve(storage), served };
}

/** Conversion None: only the apiVersion differs, and what the version's schema does not know. */
function conversionOf(resource: Resource, storage: Resource): Conversion {
  return {
    toStorage: (object) => asVersion(storage, object),
    fromStorage: (object) => asVersion(resource, object),
  };
}

/** What was stored under another schema, as the present one has it: pruned, defaulted, in the storage version. */
function renewed(value: Buffer, resources: readonly Resource[], storage: Resource, encoding: Encoding): Buffer {
  const object = JSON.parse(value.toString()) as KubeObject;
  const written = resources.find((resource) => apiVersionOf(resource) === object.apiVersion) ?? storage;
  const pruned = decode<KubeObject>(written.schema as never, object).object;
  written.rules?.applyDefaults(pruned);
  const current = written === storage ? pruned : asVersion(storage, pruned);
  return encodeForStorage(encoding, current) as Buffer;
}
