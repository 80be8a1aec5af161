import { ByteReader, ByteWriter } from './byte-writer.ts';
import type { Batch, Command } from './command.ts';
import type { EtcdCompare, EtcdOperation, EtcdTxnRequest, KeyRange } from './etcd-store.ts';

/*
 * A batch as the data of an entry of the log. Everything is written as ByteWriter writes it:
 *
 *   byte version, origin, sequence, settledBelow, number of commands, and each command: a byte for its type, its fields
 *   in order. Flags say which optional fields follow; 0 and absent are the same and not written.
 *
 * Any change that an older program would misread needs a new version.
 */
const codecVersion = 1;

/** Deeper transactions within transactions are not read; requests may not come near it. */
const maxTxnDepth = 32;

const commandTypes = [
  'txn',
  'leaseGrant',
  'leaseKeepAlive',
  'leaseRevoke',
  'compact',
  'alarm',
  'verify',
  'memberAttributes',
] as const satisfies Command['type'][];
const operationTypes = ['put', 'delete', 'range', 'txn'] as const satisfies EtcdOperation['type'][];
const targets = [
  'version',
  'createRevision',
  'modRevision',
  'value',
  'lease',
] as const satisfies EtcdCompare['target'][];
const operators = ['=', '!=', '<', '>'] as const satisfies EtcdCompare['op'][];
const actions = ['raise', 'clear'] as const;
const alarmTypes = ['noSpace', 'corrupt'] as const;

export function encodeBatch({ origin, sequence, settledBelow, commands }: Batch): Uint8Array {
  let room = 64;
  for (const command of commands) room += roomOf(command);
  const writer = new ByteWriter(room);
  writer.byte(codecVersion);
  writer.number(origin);
  writer.number(sequence);
  writer.number(settledBelow);
  writer.number(commands.length);
  for (const command of commands) writeCommand(writer, command);
  return writer.done();
}

/** Values within what it returns are views on `bytes`. Throws RangeError on what encodeBatch would not have written. */
export function decodeBatch(bytes: Uint8Array): Batch {
  const reader = new ByteReader(bytes);
  const version = reader.byte();
  if (version !== codecVersion) throw new RangeError(`the entry is of version ${version}, which is not known here`);
  const origin = reader.number();
  const sequence = reader.number();
  const settledBelow = reader.number();
  const commands = many(reader, readCommand);
  if (reader.left > 0) throw new RangeError('there is more than a batch');
  return { origin, sequence, settledBelow, commands };
}

/** Nearly always enough for it, so that it is written in one go. */
function roomOf(command: Command): number {
  return command.type === 'txn' ? roomOfTxn(command.request) : 64;
}

function roomOfTxn({ compares, success, failure }: EtcdTxnRequest): number {
  let room = 32;
  for (const { key } of compares) room += key.length + 32;
  for (const operation of success) room += roomOfOperation(operation);
  for (const operation of failure) room += roomOfOperation(operation);
  return room;
}

function roomOfOperation(operation: EtcdOperation): number {
  if (operation.type === 'txn') return 64;
  return operation.key.length + 64 + (operation.type === 'put' ? operation.value.length : 0);
}

function writeCommand(writer: ByteWriter, command: Command): void {
  writer.byte(commandTypes.indexOf(command.type));
  switch (command.type) {
    case 'txn':
      return writeTxn(writer, command.request);
    case 'leaseGrant':
      writer.number(command.id);
      return writer.number(command.ttlSeconds);
    case 'leaseKeepAlive':
      return writer.number(command.id);
    case 'leaseRevoke':
      writer.number(command.id);
      // Apart from absence, 0 is a time as well.
      return writer.number(command.expiredByMs === undefined ? 0 : Math.floor(command.expiredByMs) + 1);
    case 'compact':
      return writer.number(command.revision);
    case 'alarm':
      writer.byte(actions.indexOf(command.action));
      writer.byte(alarmTypes.indexOf(command.alarm.type));
      return writer.number(command.alarm.member);
    case 'verify':
      writer.number(command.revision);
      return writer.number(command.chain);
    case 'memberAttributes':
      writer.number(command.id);
      writer.text(command.name);
      writer.number(command.clientUrls.length);
      for (const url of command.clientUrls) writer.text(url);
  }
}

function readCommand(reader: ByteReader): Command {
  const type = oneOf(commandTypes, reader.byte());
  switch (type) {
    case 'txn':
      return { type, request: readTxn(reader, 1) };
    case 'leaseGrant':
      return { type, id: reader.number(), ttlSeconds: reader.number() };
    case 'leaseKeepAlive':
      return { type, id: reader.number() };
    case 'leaseRevoke': {
      const id = reader.number();
      const expiredBy = reader.number();
      return expiredBy === 0 ? { type, id } : { type, id, expiredByMs: expiredBy - 1 };
    }
    case 'compact':
      return { type, revision: reader.number() };
    case 'alarm': {
      const action = oneOf(actions, reader.byte());
      const alarmType = oneOf(alarmTypes, reader.byte());
      return { type, action, alarm: { type: alarmType, member: reader.number() } };
    }
    case 'verify':
      return { type, revision: reader.number(), chain: reader.number() };
    case 'memberAttributes':
      return { type, id: reader.number(), name: reader.text(), clientUrls: many(reader, () => reader.text()) };
  }
}

function writeTxn(writer: ByteWriter, { compares, success, failure }: EtcdTxnRequest): void {
  writer.number(compares.length);
  for (const compare of compares) writeCompare(writer, compare);
  writer.number(success.length);
  for (const operation of success) writeOperation(writer, operation);
  writer.number(failure.length);
  for (const operation of failure) writeOperation(writer, operation);
}

function readTxn(reader: ByteReader, depth: number): EtcdTxnRequest {
  if (depth > maxTxnDepth) throw new RangeError('transactions lie too deep in one another');
  const operation = (): EtcdOperation => readOperation(reader, depth);
  return { compares: many(reader, readCompare), success: many(reader, operation), failure: many(reader, operation) };
}

/* The first byte of a compare: its target in the three lowest bits, its operator in the next two, and this. */
const ranged = 0x80;

function writeCompare(writer: ByteWriter, compare: EtcdCompare): void {
  const head = targets.indexOf(compare.target) | (operators.indexOf(compare.op) << 3);
  writer.byte(head | (isRanged(compare) ? ranged : 0));
  writeRange(writer, compare);
  if (compare.target === 'value') writer.bytes(compare.value);
  else writer.number(compare.value);
}

function readCompare(reader: ByteReader): EtcdCompare {
  const head = reader.byte();
  const target = oneOf(targets, head & 7);
  const op = oneOf(operators, (head >> 3) & 3);
  if ((head & 0x60) !== 0) throw new RangeError(`there is no compare ${head}`);
  const range = readRange(reader, (head & ranged) !== 0);
  return target === 'value'
    ? { ...range, target, op, value: reader.bytes() }
    : { ...range, target, op, value: reader.number() };
}

/* The first byte of an operation: its type in the two lowest bits, and which fields follow. */
const flag = { rangeEnd: 4, lease: 8, ignoreValue: 16, ignoreLease: 32, revision: 8, limit: 16, countOnly: 32 };

function writeOperation(writer: ByteWriter, operation: EtcdOperation): void {
  const type = operationTypes.indexOf(operation.type);
  switch (operation.type) {
    case 'put': {
      const { lease = 0, ignoreValue, ignoreLease } = operation;
      const ignored = (ignoreValue === true ? flag.ignoreValue : 0) | (ignoreLease === true ? flag.ignoreLease : 0);
      writer.byte(type | (lease === 0 ? 0 : flag.lease) | ignored);
      writer.string(operation.key);
      if (lease !== 0) writer.number(lease);
      return writer.bytes(operation.value);
    }
    case 'delete':
      writer.byte(type | (isRanged(operation) ? flag.rangeEnd : 0));
      return writeRange(writer, operation);
    case 'range': {
      const { revision = 0, limit = 0, countOnly } = operation;
      const read = (revision === 0 ? 0 : flag.revision) | (limit === 0 ? 0 : flag.limit);
      writer.byte(type | (isRanged(operation) ? flag.rangeEnd : 0) | read | (countOnly === true ? flag.countOnly : 0));
      writeRange(writer, operation);
      if (revision !== 0) writer.number(revision);
      if (limit !== 0) writer.number(limit);
      return;
    }
    case 'txn':
      writer.byte(type);
      return writeTxn(writer, operation);
  }
}

function readOperation(reader: ByteReader, depth: number): EtcdOperation {
  const head = reader.byte();
  const has = (bit: number): boolean => (head & bit) !== 0;
  if (head >= 64) throw new RangeError(`there is no operation ${head}`);
  const type = oneOf(operationTypes, head & 3);
  switch (type) {
    case 'put': {
      const key = reader.string();
      const lease = has(flag.lease) ? { lease: reader.number() } : {};
      const ignored = {
        ...(has(flag.ignoreValue) ? { ignoreValue: true } : {}),
        ...(has(flag.ignoreLease) ? { ignoreLease: true } : {}),
      };
      return { type, key, value: reader.bytes(), ...lease, ...ignored };
    }
    case 'delete':
      return { type, ...readRange(reader, has(flag.rangeEnd)) };
    case 'range': {
      const range = readRange(reader, has(flag.rangeEnd));
      const revision = has(flag.revision) ? { revision: reader.number() } : {};
      const limit = has(flag.limit) ? { limit: reader.number() } : {};
      return { type, ...range, ...revision, ...limit, ...(has(flag.countOnly) ? { countOnly: true } : {}) };
    }
    case 'txn':
      return { type, ...readTxn(reader, depth + 1) };
  }
}

function isRanged({ rangeEnd }: KeyRange): boolean {
  return rangeEnd !== undefined && rangeEnd !== '';
}

function writeRange(writer: ByteWriter, { key, rangeEnd }: KeyRange): void {
  writer.string(key);
  if (rangeEnd !== undefined && rangeEnd !== '') writer.string(rangeEnd);
}

function readRange(reader: ByteReader, isRange: boolean): KeyRange {
  const key = reader.string();
  return isRange ? { key, rangeEnd: reader.string() } : { key };
}

/** Nothing takes less than a byte, so that no number of things can be made up. */
function many<T>(reader: ByteReader, read: (reader: ByteReader) => T): T[] {
  const count = reader.count();
  const things: T[] = [];
  for (let i = 0; i < count; i++) things.push(read(reader));
  return things;
}

function oneOf<T>(things: readonly T[], place: number): T {
  const thing = things[place];
  if (thing === undefined) throw new RangeError(`there is no such thing as ${place}`);
  return thing;
}
