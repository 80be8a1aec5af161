import { clone, deepEqual } from './copy.ts';
import { checkDepth, exceedsDepth, maxDepth } from './depth.ts';
import { isMap, setOwn, type JsonMap } from './own-key.ts';
import { badRequest, requestTooLarge, unprocessable } from './status.ts';

export interface JsonPatchOperation {
  op: string;
  path: string;
  from?: string;
  value?: unknown;
}

/** Bounds of one patch (CVE-2019-1002100): operations, and bytes of JSON that `copy` may add in all. */
const maxOperations = 10_000;
const maxCopiedBytes = 3 * 1024 * 1024;

/**
 * RFC 6902. The document is not changed.
 * @throws StatusError 400 (not a patch), 413 (out of bounds), 422 (does not apply), in upstream's words
 */
export function jsonPatch(document: unknown, operations: unknown): unknown {
  checkDepth(operations);
  const list = checkOperations(operations);
  const state: State = { document: clone(document), copied: 0 };
  for (const operation of list) applyOne(state, operation);
  checkDepth(state.document);
  return state.document;
}

interface State {
  document: unknown;
  copied: number;
}

function checkOperations(operations: unknown): JsonPatchOperation[] {
  if (!Array.isArray(operations)) throw badRequest('error decoding patch: a JSON patch must be an array of operations');
  if (operations.length > maxOperations) {
    throw requestTooLarge(
      `The allowed maximum operations in a JSON patch is ${maxOperations}, got ${operations.length}`,
    );
  }
  for (const operation of operations as unknown[]) {
    if (!isMap(operation) || typeof operation['op'] !== 'string') {
      throw badRequest('error decoding patch: each operation of a JSON patch must have an op');
    }
  }
  return operations as JsonPatchOperation[];
}

function applyOne(state: State, operation: JsonPatchOperation): void {
  const { op } = operation;
  const path = pointer(operation.path, op);
  switch (op) {
    case 'add':
      return add(state, path, clone(valueOf(operation)), op);
    case 'remove':
      remove(state, path, op);
      return;
    case 'replace':
      return replace(state, path, clone(valueOf(operation)));
    case 'move':
      return move(state, pointer(operation.from, op), path);
    case 'copy':
      return copy(state, pointer(operation.from, op), path);
    case 'test':
      return test(state, path, operation);
    default:
      throw unprocessable(`Unexpected kind: ${op}`);
  }
}

interface Path {
  text: string;
  keys: string[];
}

function pointer(text: unknown, op: string): Path {
  if (typeof text !== 'string') throw unprocessable(`${op} operation failed to decode path: missing field`);
  if (text === '') return { text, keys: [] };
  if (!text.startsWith('/')) throw missing(op, text);
  const keys = text
    .slice(1)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (keys.length > maxDepth) throw badRequest('exceeded max depth');
  return { text, keys };
}

function valueOf(operation: JsonPatchOperation): unknown {
  return operation.value ?? null;
}

/** The container that holds the last key, and that key. */
function parentOf(state: State, path: Path, op: string): { parent: unknown[] | JsonMap; key: string } {
  let parent: unknown = state.document;
  for (const key of path.keys.slice(0, -1)) parent = read(parent, key, path, op);
  if (!Array.isArray(parent) && !isMap(parent)) throw missing(op, path.text);
  return { parent, key: path.keys.at(-1) ?? '' };
}

function read(container: unknown, key: string, path: Path, op: string): unknown {
  if (Array.isArray(container)) return container[indexOf(key, container.length - 1, path, op)] as unknown;
  if (!isMap(container) || !Object.hasOwn(container, key)) throw missing(op, path.text);
  return container[key];
}

function get(state: State, path: Path, op: string): unknown {
  return path.keys.reduce<unknown>((container, key) => read(container, key, path, op), state.document);
}

function add(state: State, path: Path, value: unknown, op: string): void {
  if (path.keys.length === 0) {
    state.document = value;
    return;
  }
  const { parent, key } = parentOf(state, path, op);
  if (!Array.isArray(parent)) setOwn(parent, key, value);
  else if (key === '-') parent.push(value);
  else parent.splice(indexOf(key, parent.length, path, op), 0, value);
}

function remove(state: State, path: Path, op: string): unknown {
  if (path.keys.length === 0) throw missing(op, path.text);
  const { parent, key } = parentOf(state, path, op);
  if (!Array.isArray(parent) && !Object.hasOwn(parent, key)) {
    throw unprocessable(
      `error in ${op} for path: '${path.text}': Unable to remove nonexistent key: ${key}: missing value`,
    );
  }
  const value = read(parent, key, path, op);
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key];
  return value;
}

function replace(state: State, path: Path, value: unknown): void {
  if (path.keys.length === 0) {
    state.document = value;
    return;
  }
  const { parent, key } = parentOf(state, path, 'replace');
  if (Array.isArray(parent)) parent[indexOf(key, parent.length - 1, path, 'replace')] = value;
  else if (Object.hasOwn(parent, key)) setOwn(parent, key, value);
  else throw unprocessable(`replace operation does not apply: doc is missing key: ${path.text}: missing value`);
}

function move(state: State, from: Path, to: Path): void {
  if (to.text.startsWith(`${from.text}/`)) throw missing('move', to.text);
  add(state, to, remove(state, from, 'move'), 'move');
}

function copy(state: State, from: Path, to: Path): void {
  const value = get(state, from, 'copy');
  state.copied += JSON.stringify(value)?.length ?? 0;
  if (state.copied > maxCopiedBytes) {
    throw requestTooLarge(
      `Unable to complete the copy, the accumulated size increase of copy is ${state.copied}, exceeding the limit ${maxCopiedBytes}`,
    );
  }
  // A copy into its own source nests deeper each time.
  if (exceedsDepth(value, maxDepth - to.keys.length)) throw badRequest('exceeded max depth');
  add(state, to, clone(value), 'copy');
}

function test(state: State, path: Path, operation: JsonPatchOperation): void {
  let actual: unknown;
  try {
    actual = get(state, path, 'test');
  } catch (error) {
    // Testing for null is how a patch says that a value is absent.
    if (valueOf(operation) === null) return;
    throw error;
  }
  if (!deepEqual(actual, valueOf(operation))) {
    throw unprocessable(`testing value ${path.text} failed: test failed`);
  }
}

function indexOf(key: string, max: number, path: Path, op: string): number {
  if (!/^(0|[1-9][0-9]{0,9})$/.test(key) || Number(key) > max) {
    const detail = `Unable to access invalid index: ${key}: invalid index referenced`;
    throw unprocessable(`error in ${op} for path: '${path.text}': ${detail}`);
  }
  return Number(key);
}

function missing(op: string, path: string): Error {
  return unprocessable(`${op} operation does not apply: doc is missing path: "${path}": missing value`);
}
