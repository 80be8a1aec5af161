/**
 * What a key's own writes must have become in the caches before it may be reconciled again, so that a slow cache never
 * makes a controller do its work twice. (Upstream counts creations and deletions; resource versions of one store are
 * ordered, so it is enough to wait until the cache has come to the last one written: KEP-5504.)
 */
export class Expectations {
  readonly #cached: CachedState;
  readonly #keys = new Map<string, Expected>();
  #sweepAt = minSweep;

  constructor(cached: CachedState) {
    this.#cached = cached;
  }

  /** The key has written a version of an object of this resource. */
  wrote(key: string, resource: string, resourceVersion: string | undefined, now: number): void {
    const version = Number(resourceVersion);
    if (!Number.isFinite(version)) return;
    const expected = this.#of(key, now);
    expected.versions.set(resource, Math.max(expected.versions.get(resource) ?? 0, version));
  }

  /** The key has deleted an object: it is to be gone from the cache, or to be marked there as being deleted. */
  deleted(key: string, resource: string, objectKey: string, uid: string | undefined, now: number): void {
    this.#of(key, now).deletions.push({ resource, objectKey, uid });
  }

  /** Whether the caches show all that the key has written. */
  satisfied(key: string, now: number): boolean {
    const expected = this.#keys.get(key);
    if (expected === undefined) return true;
    if (now < expected.expiresAt && !this.#met(expected)) return false;
    this.#keys.delete(key);
    return true;
  }

  #met(expected: Expected): boolean {
    for (const [resource, version] of expected.versions) {
      if (this.#cached.resourceVersion(resource) < version) return false;
      expected.versions.delete(resource);
    }
    expected.deletions = expected.deletions.filter(
      ({ resource, objectKey, uid }) => !this.#cached.goneOrLeaving(resource, objectKey, uid),
    );
    return expected.deletions.length === 0;
  }

  /** Keys that nobody asks for again, such as those of deleted objects. */
  #sweep(now: number): void {
    for (const [key, expected] of this.#keys) {
      if (now >= expected.expiresAt || this.#met(expected)) this.#keys.delete(key);
    }
    this.#sweepAt = Math.max(minSweep, 2 * this.#keys.size);
  }

  #of(key: string, now: number): Expected {
    let expected = this.#keys.get(key);
    if (expected === undefined) {
      if (this.#keys.size >= this.#sweepAt) this.#sweep(now);
      expected = { versions: new Map(), deletions: [], expiresAt: 0 };
      this.#keys.set(key, expected);
    }
    expected.expiresAt = now + expiryMs;
    return expected;
  }
}

export interface CachedState {
  /** The last version that the cache of a resource has seen; Infinity when nobody watches it. */
  resourceVersion(resource: string): number;
  goneOrLeaving(resource: string, objectKey: string, uid: string | undefined): boolean;
}

interface Expected {
  readonly versions: Map<string, number>;
  deletions: { readonly resource: string; readonly objectKey: string; readonly uid: string | undefined }[];
  expiresAt: number;
}

const minSweep = 1_000;
/** Upstream's ExpectationsTimeout: a cache that lags for longer is not going to be right soon. */
const expiryMs = 5 * 60_000;
