import type { ListMeta } from '@wherry/apimachinery';
import type { Entry } from '../cache/entry.ts';
import { joinPieces, type Piece } from '../cache/piece.ts';
import type { FrameType } from '../cache/watcher.ts';
import type { JsonForm } from './json-form.ts';
import type { ListBody, View } from './view.ts';

const comma = Buffer.from(',');
const listEnd = Buffer.from(']}\n');
const newline = Buffer.from('\n');
const frameEnd = Buffer.from('}\n');
const frameHeads = new Map<string, Buffer>();

export interface JsonView extends View {
  list(entries: readonly Entry[], meta: ListMeta): ListBody;
}

export function createJsonView(form: JsonForm): JsonView {
  return {
    name: `json ${form.name}`,
    contentType: 'application/json',
    watchContentType: 'application/json',
    one: (entry) => joinPieces([...form.one(entry), newline]),
    list: (entries, meta) => listOf(form, entries, meta),
    frame: (type: FrameType, entry: Entry) => frameOf(type, form.event(entry)),
    bookmark: (revision, annotations) => objectFrame('BOOKMARK', form.bookmark(revision, annotations)),
    failure: (status) => objectFrame('ERROR', status),
  };
}

function listOf(form: JsonForm, entries: readonly Entry[], meta: ListMeta): ListBody {
  const head = Buffer.from(form.head(meta));
  const body = pieces(form, head, entries);
  if (!form.size) return { body };
  let length = head.length + listEnd.length + Math.max(0, entries.length - 1);
  for (const entry of entries) length += form.size(entry);
  return { body, length };
}

function* pieces(form: JsonForm, head: Buffer, entries: readonly Entry[]): Iterable<Piece> {
  yield head;
  let first = true;
  for (const entry of entries) {
    if (!first) yield comma;
    first = false;
    for (const piece of form.item(entry)) yield piece;
  }
  yield listEnd;
}

function frameOf(type: string, object: readonly Piece[]): Buffer {
  let head = frameHeads.get(type);
  if (head === undefined) frameHeads.set(type, (head = Buffer.from(`{"type":"${type}","object":`)));
  return joinPieces([head, ...object, frameEnd]);
}

function objectFrame(type: string, object: object): Buffer {
  return frameOf(type, [Buffer.from(JSON.stringify(object))]);
}
