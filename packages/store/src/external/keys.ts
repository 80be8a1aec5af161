import { fromByteString, prefixRange, toByteString } from '../byte-string.ts';
import type { ByteString } from '../etcd-store.ts';
import type { Id } from '../etcd-proto/index.ts';
import type { KeyValue } from '../storage.ts';

interface StoredKeyValue {
  key: ByteString;
  createRevision: number;
  modRevision: number;
  version: number;
  value: Uint8Array;
  lease: Id;
}

/** Between the keys of Storage and those in etcd, which all start with one prefix. */
export class Keys {
  readonly #prefix: ByteString;

  constructor(prefix: string) {
    this.#prefix = toByteString(prefix);
  }

  /** @throws {TypeError} for what is not text */
  stored(key: string): ByteString {
    return this.#prefix + toByteString(key);
  }

  range(prefix: string): { key: ByteString; rangeEnd: ByteString } {
    return prefixRange(this.stored(prefix));
  }

  read({ key, createRevision, modRevision, version, value, lease }: StoredKeyValue): KeyValue {
    return {
      key: fromByteString(key.slice(this.#prefix.length)),
      value,
      createRevision,
      modRevision,
      version,
      // Another's id may be beyond the safe integers; ours are not.
      lease: Number(lease),
    };
  }
}
