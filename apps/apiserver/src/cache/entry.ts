import { isAscii } from 'node:buffer';
import { internalError, type KubeObject, type StatusError } from '@wherry/apimachinery';
import type { KeyValue } from '@wherry/store';
import { endOfObject } from './json-bytes.ts';
import type { Bytes } from './piece.ts';
import { RecentlyUsed, type Holder } from './recently-used.ts';

/**
 * What one storage holds: where its keys live, and the bytes every encoded object of it starts with. Keeping kind,
 * apiVersion and metadata first lets the resourceVersion be spliced in after the commit without encoding again.
 */
export interface Encoding {
  /** `/registry/pods/` */
  readonly keyPrefix: string;
  /** `{"kind":"Pod","apiVersion":"v1","metadata":{` */
  readonly head: Buffer;
  readonly kind: string;
  readonly apiVersion: string;
  /** Of kinds whose schema may change: a stored value as it reads now, in bytes that start with `head`. */
  readonly renew?: ((value: Buffer) => Buffer) | undefined;
}

export function createEncoding(
  storageName: string,
  kind: string,
  apiVersion: string,
  renew?: (value: Buffer) => Buffer,
): Encoding {
  const head = Buffer.from(`{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},"metadata":{`);
  return { keyPrefix: `/registry/${storageName}/`, head, kind, apiVersion, renew };
}

/** Parsed objects, which are several times as large as their bytes, are kept while they are being used. */
const parsed = new RecentlyUsed(16 * 1024 * 1024);
/** What an object takes beyond what its bytes tell. */
const OBJECT_BYTES = 512;

/**
 * One object as of one revision: its wire bytes, encoded once and shared, and the parsed object, made when needed.
 * The bytes are kept as a string of one byte a character: beside a small object a Buffer is larger than what is in it.
 */
export class Entry implements Holder, Bytes {
  /** `namespace/name`, or `name` of a cluster-scoped kind. */
  readonly key: string;
  readonly revision: number;
  readonly encoding: Encoding;
  readonly #bytes: string;
  readonly #ascii: boolean;
  /** Of the parsed object, since it was last looked at by whoever makes room. */
  used = false;
  /** What its cache's index finds it by, once that was asked for. */
  indexed: string | undefined;
  #kept = false;
  #object: KubeObject | undefined;
  #metadataEnd = 0;

  constructor(key: string, revision: number, wire: Buffer, encoding: Encoding, object?: KubeObject) {
    this.key = key;
    this.revision = revision;
    this.encoding = encoding;
    this.#bytes = wire.toString('latin1');
    this.#ascii = isAscii(wire);
    this.#object = object;
  }

  /** A copy. */
  get wire(): Buffer {
    return Buffer.from(this.#bytes, 'latin1');
  }

  get byteLength(): number {
    return this.#bytes.length;
  }

  /** Shared: never to be changed by anyone. Not the same object forever: it is parsed again when it has been let go. */
  get object(): KubeObject {
    this.used = true;
    if (this.#object === undefined) {
      this.#object = JSON.parse(this.#text(this.#bytes)) as KubeObject;
      if (this.#kept) parsed.add(this);
    }
    return this.#object;
  }

  /** The wire bytes, with no Buffer in between: of a list of thousands they would be most of its cost. */
  copyTo(target: Buffer, at: number): void {
    target.write(this.#bytes, at, 'latin1');
  }

  /** The part of the bytes that is the object's metadata. */
  get metadata(): Buffer {
    return Buffer.from(this.#metadataBytes(), 'latin1');
  }

  /** Without parsing the rest of the object, when that is not at hand. */
  get labels(): Readonly<Record<string, string>> | undefined {
    if (this.#object !== undefined) return this.#object.metadata.labels;
    return (JSON.parse(this.#text(this.#metadataBytes())) as KubeObject['metadata']).labels;
  }

  /** What the parsed object counts for. */
  get size(): number {
    return this.#bytes.length + OBJECT_BYTES;
  }

  /** It is in a cache now: from here on its parsed object is there only while it is being used. */
  keep(): void {
    this.#kept = true;
    if (this.#object !== undefined) parsed.add(this);
  }

  release(): void {
    this.#object = undefined;
  }

  /** The same object under another resourceVersion, as a DELETED event shows it. */
  at(revision: number): Entry {
    const from = this.encoding.head.length + versionField(this.revision).length;
    const rest = Buffer.from(this.#bytes.slice(from), 'latin1');
    return new Entry(this.key, revision, splice(this.encoding.head, revision, rest), this.encoding);
  }

  #metadataBytes(): string {
    const from = this.encoding.head.length - 1;
    if (this.#metadataEnd === 0) this.#metadataEnd = endOfObject(this.#bytes, from);
    return this.#bytes.slice(from, this.#metadataEnd);
  }

  #text(bytes: string): string {
    return this.#ascii ? bytes : Buffer.from(bytes, 'latin1').toString();
  }
}

/** Objects that this process has encoded itself, by their stored bytes. */
const written = new WeakMap<Uint8Array, KubeObject>();
/** What is on its way into the store, by its full key. The store hands the cache a copy of the bytes. */
const underWay = new Map<string, Uint8Array>();

/**
 * The stored bytes of an object: no resourceVersion, kind and apiVersion of the storage. From here on the object must
 * not be changed: a cache may take it over.
 */
export function encodeForStorage(encoding: Encoding, object: KubeObject): Uint8Array {
  const { kind: _kind, apiVersion: _apiVersion, metadata, ...rest } = object;
  const { resourceVersion: _resourceVersion, ...meta } = metadata;
  const ordered = { kind: encoding.kind, apiVersion: encoding.apiVersion, metadata: meta, ...rest } as KubeObject;
  const value = Buffer.from(JSON.stringify(ordered));
  written.set(value, ordered);
  return value;
}

/** Says that a write of encoded bytes begins, or (undefined) that it has ended, for writtenObject(). */
export function announce(fullKey: string, value: Uint8Array | undefined): void {
  if (value === undefined) underWay.delete(fullKey);
  else underWay.set(fullKey, value);
}

/** The object that this process is just writing as these bytes: whoever needs it at once need not parse them. */
export function writtenObject(fullKey: string, value: Uint8Array): KubeObject | undefined {
  const announced = underWay.get(fullKey);
  return announced !== undefined && Buffer.compare(announced, value) === 0 ? written.get(announced) : undefined;
}

/** The error of whoever asks for an object whose stored value cannot be read; `key` is the whole one. In upstream's words. */
export function unreadable(key: string, why: string): StatusError {
  return internalError(`unable to transform key ${JSON.stringify(key)}: ${why}`);
}

/** The entry of what was read from the store. @throws {StatusError} when its value cannot be read */
export function entryOf(kv: KeyValue, encoding: Encoding): Entry {
  if (kv.unreadable !== undefined) throw unreadable(kv.key, kv.unreadable);
  return entryFromStorage(kv.key.slice(encoding.keyPrefix.length), kv.modRevision, kv.value, encoding);
}

/** The entry of a stored value committed at `revision`. */
export function entryFromStorage(
  key: string,
  revision: number,
  value: Uint8Array,
  encoding: Encoding,
  known?: KubeObject,
): Entry {
  let bytes = Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  let object = known;
  if (encoding.renew && (object === undefined || !startsWith(bytes, encoding.head))) {
    bytes = encoding.renew(bytes);
    object = undefined;
  }
  const wire = splice(encoding.head, revision, bytes.subarray(encoding.head.length));
  // It is this entry's own from here on, and stored bytes are committed at one revision only.
  if (object !== undefined) object.metadata.resourceVersion = String(revision);
  return new Entry(key, revision, wire, encoding, object);
}

function startsWith(bytes: Buffer, head: Buffer): boolean {
  return bytes.length >= head.length && bytes.compare(head, 0, head.length, 0, head.length) === 0;
}

function versionField(revision: number): string {
  return `"resourceVersion":"${revision}",`;
}

function splice(head: Buffer, revision: number, rest: Buffer): Buffer {
  const field = versionField(revision);
  const wire = Buffer.allocUnsafe(head.length + field.length + rest.length);
  head.copy(wire, 0);
  wire.write(field, head.length, 'latin1');
  rest.copy(wire, head.length + field.length);
  return wire;
}
