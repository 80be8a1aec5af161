import { aesCbc, aesGcm, type Cipher } from './cipher.ts';
import type { Provider, ResourceConfiguration } from './configuration.ts';
import { formatGroupResource, parseGroupResource, type GroupResource } from './group-resources.ts';

const ENCRYPTED = Buffer.from('k8s:enc:');
const ROOT = '/registry/';
/** No resources, and nothing in them: which node ports are taken, which apiservers live. */
const noResources: ReadonlySet<string> = new Set(['ranges', 'masterleases']);

/** A stored value as it is meant. Stale: it is not as it would be written now. */
export interface Opened {
  plain: Uint8Array;
  stale: boolean;
}

interface KeyInUse {
  /** `k8s:enc:aesgcm:v1:key1:` */
  prefix: Buffer;
  cipher: Cipher;
}

/** How the values of one resource are written and read. `context` is the storage key. */
export class Transformer {
  /** In the order of the configuration; identity is undefined. */
  readonly #keys: readonly (KeyInUse | undefined)[];

  constructor(providers: readonly Provider[]) {
    this.#keys = providers.flatMap(keysOf);
  }

  /** It only tells that a value is encrypted, which it cannot read. */
  get isIdentityOnly(): boolean {
    return this.#keys.every((key) => key === undefined);
  }

  toStorage(plain: Uint8Array, context: string): Uint8Array {
    const [first] = this.#keys;
    if (first === undefined) return plain;
    return Buffer.concat([first.prefix, first.cipher.seal(plain, context)]);
  }

  /** @throws {Error} when no key reads it. One that fails does not keep a later one from being tried. */
  fromStorage(stored: Uint8Array, context: string): Opened {
    let failure: unknown;
    for (const [i, key] of this.#keys.entries()) {
      if (key === undefined) {
        if (!startsWith(stored, ENCRYPTED)) return { plain: stored, stale: i > 0 };
      } else if (startsWith(stored, key.prefix)) {
        try {
          return { plain: key.cipher.open(stored.subarray(key.prefix.length), context), stale: i > 0 };
        } catch (error) {
          failure ??= error;
        }
      }
    }
    throw failure ?? new Error(this.#noMatch(stored));
  }

  #noMatch(stored: Uint8Array): string {
    if (!startsWith(stored, ENCRYPTED)) return 'no matching prefix found';
    // `k8s:enc:aesgcm:v1:`, which several keys have in common.
    const known = this.#keys.some((key) => key && startsWith(stored, key.prefix.subarray(0, ENCRYPTED.length + 10)));
    if (known) return 'no matching key was found for the provided AES transformer';
    return this.#keys.includes(undefined)
      ? 'identity transformer tried to read encrypted data'
      : 'no matching prefix found';
  }
}

function keysOf(provider: Provider): (KeyInUse | undefined)[] {
  if (provider.type === 'identity') return [undefined];
  const cipher = provider.type === 'aesgcm' ? aesGcm : aesCbc;
  return provider.keys.map((key) => ({
    prefix: Buffer.from(`k8s:enc:${provider.type}:v1:${key.name}:`),
    cipher: cipher(key),
  }));
}

function startsWith(value: Uint8Array, prefix: Uint8Array): boolean {
  return value.length >= prefix.length && Buffer.compare(value.subarray(0, prefix.length), prefix) === 0;
}

/** What is not configured is written plain; but of what is encrypted nobody may take the ciphertext for the object. */
const plain = new Transformer([{ type: 'identity' }]);

/** The transformers of all resources: a resource's own, or that of its whole group, or that of everything. */
export class Transformers {
  readonly #byName: ReadonlyMap<string, Transformer>;

  /** @throws {Error} when a resource can never be reached as an earlier wildcard has it. */
  constructor(configuration: readonly ResourceConfiguration[]) {
    const providers = new Map<string, Provider[]>();
    for (const entry of configuration) {
      for (const resource of entry.resources) {
        for (const earlier of [{ group: resource.group, resource: '*' }, anything]) {
          if (!providers.has(formatGroupResource(earlier))) continue;
          const [masked, by] = [resource, earlier].map((each) => JSON.stringify(formatGroupResource(each)));
          throw new Error(`resource ${masked} is masked by earlier rule ${by}`);
        }
        const name = formatGroupResource(resource);
        providers.set(name, [...(providers.get(name) ?? []), ...entry.providers]);
      }
    }
    this.#byName = new Map([...providers].map(([name, each]) => [name, new Transformer(each)]));
  }

  /** undefined: the key is of no resource, and its value is nobody's secret. */
  of(key: string): Transformer | undefined {
    if (!key.startsWith(ROOT)) return undefined;
    const end = key.indexOf('/', ROOT.length);
    if (end < 0) return undefined;
    const name = key.slice(ROOT.length, end);
    if (noResources.has(name)) return undefined;
    const own = this.#byName.get(name);
    if (own !== undefined) return own;
    const { group } = parseGroupResource(name);
    return this.#byName.get(`*.${group}`) ?? this.#byName.get('*.*') ?? plain;
  }
}

const anything: GroupResource = { group: '*', resource: '*' };
