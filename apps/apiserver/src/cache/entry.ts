import type { KubeObject } from '@wherry/apimachinery';
import { endOfObject } from './json-bytes.ts';
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

/** One object as of one revision: its wire bytes, encoded once and shared, and the parsed object, made when needed. */
export class Entry implements Holder {
  /** `namespace/name`, or `name` of a cluster-scoped kind. */
  readonly key: string;
  readonly revision: number;
  readonly wire: Buffer;
  readonly encoding: Encoding;
  /** Of the parsed object, since it was last looked at by whoever makes room. */
  used = false;
  #object: KubeObject | undefined;
  #metadataEnd = 0;

  constructor(key: string, revision: number, wire: Buffer, encoding: Encoding, object?: KubeObject) {
    this.key = key;
    this.revision = revision;
    this.wire = wire;
    this.encoding = encoding;
    this.#object = object;
    if (object !== undefined) parsed.add(this);
  }

  /** Shared: never to be changed by anyone. Not the same object forever: it is parsed again when it has been let go. */
  get object(): KubeObject {
    this.used = true;
    if (this.#object === undefined) {
      this.#object = JSON.parse(this.wire.toString()) as KubeObject;
      parsed.add(this);
    }
    return this.#object;
  }

  /** The part of the bytes that is the object's metadata. */
  get metadata(): Buffer {
    const from = this.encoding.head.length - 1;
    if (this.#metadataEnd === 0) this.#metadataEnd = endOfObject(this.wire, from);
    return this.wire.subarray(from, this.#metadataEnd);
  }

  /** Without parsing the rest of the object, when that is not at hand. */
  get labels(): Readonly<Record<string, string>> | undefined {
    if (this.#object !== undefined) return this.#object.metadata.labels;
    return (JSON.parse(this.metadata.toString()) as KubeObject['metadata']).labels;
  }

  get size(): number {
    return this.wire.length + OBJECT_BYTES;
  }

  release(): void {
    this.#object = undefined;
  }

  /** The same object under another resourceVersion, as a DELETED event shows it. */
  at(revision: number): Entry {
    const rest = this.wire.subarray(this.encoding.head.length + versionField(this.revision).length);
    return new Entry(this.key, revision, splice(this.encoding.head, revision, rest), this.encoding);
  }
}

const written = new WeakMap<Uint8Array, KubeObject>();

/**
 * The stored bytes of an object: no resourceVersion, kind and apiVersion of the storage. The object is remembered by
 * the identity of these bytes, so that the cache need not parse what this process has just encoded; from here on it
 * must not be changed.
 */
export function encodeForStorage(encoding: Encoding, object: KubeObject): Uint8Array {
  const { kind: _kind, apiVersion: _apiVersion, metadata, ...rest } = object;
  const { resourceVersion: _resourceVersion, ...meta } = metadata;
  const ordered = { kind: encoding.kind, apiVersion: encoding.apiVersion, metadata: meta, ...rest } as KubeObject;
  const value = Buffer.from(JSON.stringify(ordered));
  written.set(value, ordered);
  return value;
}

/** The entry of a stored value committed at `revision`. */
export function entryFromStorage(key: string, revision: number, value: Uint8Array, encoding: Encoding): Entry {
  let bytes = Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  let object = written.get(value);
  if (encoding.renew && (object === undefined || !startsWith(bytes, encoding.head))) {
    bytes = encoding.renew(bytes);
    object = undefined;
  }
  const wire = splice(encoding.head, revision, bytes.subarray(encoding.head.length));
  if (object !== undefined) {
    const resourceVersion = String(revision);
    // Stored bytes are committed at one revision only: response and cache write the same text here.
    object.metadata.resourceVersion = resourceVersion;
  }
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
  // Not from the shared pool: a piece of it that lives long would keep the short-lived rest of the pool alive.
  const wire = Buffer.allocUnsafeSlow(head.length + field.length + rest.length);
  head.copy(wire, 0);
  wire.write(field, head.length, 'latin1');
  rest.copy(wire, head.length + field.length);
  return wire;
}
