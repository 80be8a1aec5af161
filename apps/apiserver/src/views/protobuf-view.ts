import { apiVersionOf } from '@wherry/api';
import type { ListMeta, ObjectSchema, Status } from '@wherry/apimachinery';
import type { Entry } from '../cache/entry.ts';
import { RecentlyUsed, type Holder } from '../cache/recently-used.ts';
import { isTurnOver, nextTurn } from '../cache/turns.ts';
import type { FrameType } from '../cache/watcher.ts';
import { encodeEnvelope, encodeMessage, envelopeHead, envelopeTail, fieldHead } from '../protobuf/encode.ts';
import { schemaOfKind } from '../protobuf/kinds.ts';
import { ListMeta as ListMetaSchema, PartialObjectMetadata } from '../protobuf/meta-schemas.ts';
import { objectOf, type Served } from '../registry/served.ts';
import { emptyObject } from './json-form.ts';
import type { ListBody, View } from './view.ts';

/** Of all kinds together. */
const encoded = new RecentlyUsed(32 * 1024 * 1024);
const STEP_ENTRIES = 16;

/** Objects as application/vnd.kubernetes.protobuf: each encoded once while it is in use, as its JSON is. */
export function createProtobufView(served: Served): View {
  const { kind, schema } = served.resource;
  return createView(kind, `${kind}List`, apiVersionOf(served.resource), schema, (entry) => objectOf(served, entry));
}

/** Their metadata alone. */
export function createPartialProtobufView(version: string): View {
  const apiVersion = `meta.k8s.io/${version}`;
  return createView(
    'PartialObjectMetadata',
    'PartialObjectMetadataList',
    apiVersion,
    PartialObjectMetadata,
    (entry) => ({
      metadata: JSON.parse(entry.metadata.toString()) as unknown,
    }),
  );
}

function createView(
  kind: string,
  listKind: string,
  apiVersion: string,
  schema: ObjectSchema,
  objectOf: (entry: Entry) => object,
): View {
  const known = new WeakMap<Entry, Message>();
  const messageOf = (entry: Entry): Buffer => {
    let message = known.get(entry);
    if (message === undefined) known.set(entry, (message = new Message()));
    return message.bytesOr(() => encodeMessage(schema, objectOf(entry)));
  };
  const envelope = (entry: Entry): Buffer => encodeEnvelope(apiVersion, kind, messageOf(entry));
  return {
    name: `protobuf ${apiVersion} ${kind}`,
    contentType: 'application/vnd.kubernetes.protobuf',
    watchContentType: 'application/vnd.kubernetes.protobuf;stream=watch',
    one: envelope,
    async list(entries, meta) {
      const messages: Buffer[] = [];
      for (const entry of entries) {
        messages.push(messageOf(entry));
        if (messages.length % STEP_ENTRIES === 0 && isTurnOver()) await nextTurn();
      }
      return listOf(listKind, apiVersion, messages, meta);
    },
    frame: (type: FrameType, entry: Entry) => frameOf(type, envelope(entry)),
    bookmark: (revision, annotations) => {
      const object = emptyObject(kind, apiVersion, revision, annotations);
      return frameOf('BOOKMARK', encodeEnvelope(apiVersion, kind, encodeMessage(schema, object)));
    },
    failure: (status) => frameOf('ERROR', statusEnvelope(status)),
  };
}

/** Bytes that may be let go and made again. */
class Message implements Holder {
  used = false;
  #bytes: Buffer | undefined;

  get size(): number {
    return this.#bytes?.length ?? 0;
  }

  bytesOr(make: () => Buffer): Buffer {
    this.used = true;
    if (this.#bytes === undefined) {
      this.#bytes = make();
      encoded.add(this);
    }
    return this.#bytes;
  }

  release(): void {
    this.#bytes = undefined;
  }
}

function listOf(kind: string, apiVersion: string, messages: readonly Buffer[], meta: ListMeta): ListBody {
  const metadata = encodeMessage(ListMetaSchema, meta);
  const metadataHead = fieldHead(1, metadata.length);
  let length = metadataHead.length + metadata.length;
  for (const message of messages) length += fieldHead(2, message.length).length + message.length;
  const head = envelopeHead(apiVersion, kind, length);
  const body = (function* () {
    yield head;
    yield metadataHead;
    yield metadata;
    for (const message of messages) {
      yield fieldHead(2, message.length);
      yield message;
    }
    yield envelopeTail;
  })();
  return { body, length: head.length + length + envelopeTail.length };
}

/** A length of four bytes, then a metav1.WatchEvent whose object is bytes with an envelope of their own. */
function frameOf(type: string, object: Buffer): Buffer {
  const name = Buffer.from(type);
  // RawExtension
  const raw = Buffer.concat([fieldHead(1, object.length), object]);
  const event = Buffer.concat([fieldHead(1, name.length), name, fieldHead(2, raw.length), raw]);
  const frame = Buffer.allocUnsafeSlow(4 + event.length);
  frame.writeUInt32BE(event.length);
  event.copy(frame, 4);
  return frame;
}

export function statusEnvelope(status: Status): Buffer {
  return encodeEnvelope('v1', 'Status', encodeMessage(schemaOfKind('v1', 'Status')!, status));
}
