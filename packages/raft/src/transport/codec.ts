import type { Configuration, Entry, Message, NodeId, SnapshotMark } from '../core/types.ts';
import { ByteReader, ByteWriter, CodecError } from './bytes.ts';

/**
 * The bytes of a batch of messages:
 *
 *   u8 codecVersion, then message after message to the end
 *   message: u8 type (its place in `types`), int from, int to, int term, then its own fields in the order of their
 *            declaration in core/types.ts
 *   int: seven bits a byte, the lowest first; bool: u8; time: f64 little-endian; data and lists: int length, contents
 *   entry: u8 type, int term, int index, f64 timeMs, data
 *
 * An older program refuses a version that it does not know: whatever it would misread needs a new one.
 */
export const codecVersion = 1;

const types = [
  'preVote',
  'vote',
  'preVoteReply',
  'voteReply',
  'append',
  'appendReply',
  'heartbeat',
  'heartbeatReply',
  'snapshot',
  'timeoutNow',
  'propose',
  'readIndex',
  'readIndexReply',
] as const satisfies readonly Message['type'][];
const codes = new Map(types.map((type, code) => [type, code]));
const entryTypes: readonly Entry['type'][] = ['normal', 'config'];

export function encodeMessages(messages: readonly Message[], expectedBytes = 512): Buffer {
  const writer = new ByteWriter(expectedBytes);
  writer.byte(codecVersion);
  for (const message of messages) writeMessage(writer, message);
  return writer.finish();
}

/** Throws CodecError. The data of entries are views of `bytes`. */
export function decodeMessages(bytes: Buffer): Message[] {
  const reader = new ByteReader(bytes);
  const version = reader.byte();
  if (version !== codecVersion) throw new CodecError(`messages of version ${version} are not known here`);
  const messages: Message[] = [];
  while (reader.left > 0) messages.push(readMessage(reader));
  return messages;
}

/** About what a message takes. */
export function messageBytes(message: Message): number {
  let bytes = 32;
  if (message.type === 'append') for (const { data } of message.entries) bytes += data.length + 24;
  else if (message.type === 'propose') for (const { data } of message.entries) bytes += data.length + 8;
  return bytes;
}

function writeMessage(writer: ByteWriter, message: Message): void {
  writer.byte(codes.get(message.type) as number);
  writer.integer(message.from);
  writer.integer(message.to);
  writer.integer(message.term);
  switch (message.type) {
    case 'preVote':
    case 'vote':
      writer.integer(message.lastIndex);
      writer.integer(message.lastTerm);
      return writer.byte(message.transfer ? 1 : 0);
    case 'preVoteReply':
    case 'voteReply':
      return writer.byte(message.granted ? 1 : 0);
    case 'append':
      writer.integer(message.prevIndex);
      writer.integer(message.prevTerm);
      writer.integer(message.entries.length);
      for (const entry of message.entries) writeEntry(writer, entry);
      return writer.integer(message.commit);
    case 'appendReply':
      writer.integer(message.index);
      writer.byte(message.rejected ? 1 : 0);
      writer.integer(message.hintIndex);
      return writer.integer(message.hintTerm);
    case 'heartbeat':
      writer.integer(message.commit);
      return writer.integer(message.context);
    case 'heartbeatReply':
    case 'readIndex':
      return writer.integer(message.context);
    case 'readIndexReply':
      writer.integer(message.context);
      return writer.integer(message.index);
    case 'snapshot':
      return writeMark(writer, message.mark);
    case 'timeoutNow':
      return;
    case 'propose':
      writer.integer(message.entries.length);
      for (const { type, data } of message.entries) {
        writer.byte(entryTypes.indexOf(type));
        writer.data(data);
      }
  }
}

function writeEntry(writer: ByteWriter, { type, term, index, timeMs, data }: Entry): void {
  writer.byte(entryTypes.indexOf(type));
  writer.integer(term);
  writer.integer(index);
  writer.double(timeMs);
  writer.data(data);
}

function writeMark(writer: ByteWriter, { index, term, timeMs, configuration }: SnapshotMark): void {
  writer.integer(index);
  writer.integer(term);
  writer.double(timeMs);
  for (const ids of [configuration.voters, configuration.learners]) {
    writer.integer(ids.length);
    for (const id of ids) writer.integer(id);
  }
}

function readMessage(reader: ByteReader): Message {
  const code = reader.byte();
  const type = types[code];
  if (type === undefined) throw new CodecError(`there is no message of type ${code}`);
  const head = { from: reader.integer(), to: reader.integer(), term: reader.integer() };
  switch (type) {
    case 'preVote':
    case 'vote':
      return { type, ...head, lastIndex: reader.integer(), lastTerm: reader.integer(), transfer: reader.flag() };
    case 'preVoteReply':
    case 'voteReply':
      return { type, ...head, granted: reader.flag() };
    case 'append': {
      const [prevIndex, prevTerm] = [reader.integer(), reader.integer()];
      const entries = Array.from({ length: reader.count() }, () => readEntry(reader));
      return { type, ...head, prevIndex, prevTerm, entries, commit: reader.integer() };
    }
    case 'appendReply': {
      const [index, rejected] = [reader.integer(), reader.flag()];
      return { type, ...head, index, rejected, hintIndex: reader.integer(), hintTerm: reader.integer() };
    }
    case 'heartbeat':
      return { type, ...head, commit: reader.integer(), context: reader.integer() };
    case 'heartbeatReply':
    case 'readIndex':
      return { type, ...head, context: reader.integer() };
    case 'readIndexReply':
      return { type, ...head, context: reader.integer(), index: reader.integer() };
    case 'snapshot':
      return { type, ...head, mark: readMark(reader) };
    case 'timeoutNow':
      return { type, ...head };
    case 'propose': {
      const entries = Array.from({ length: reader.count() }, () => ({
        type: readEntryType(reader),
        data: reader.data(),
      }));
      return { type, ...head, entries };
    }
  }
}

function readEntry(reader: ByteReader): Entry {
  const type = readEntryType(reader);
  const [term, index] = [reader.integer(), reader.integer()];
  return { type, term, index, timeMs: reader.double(), data: reader.data() };
}

function readEntryType(reader: ByteReader): Entry['type'] {
  const code = reader.byte();
  const type = entryTypes[code];
  if (type === undefined) throw new CodecError(`there is no entry of type ${code}`);
  return type;
}

function readMark(reader: ByteReader): SnapshotMark {
  const [index, term, timeMs] = [reader.integer(), reader.integer(), reader.double()];
  const ids = (): NodeId[] => Array.from({ length: reader.count() }, () => reader.integer());
  const configuration: Configuration = { voters: ids(), learners: ids() };
  return { index, term, timeMs, configuration };
}
