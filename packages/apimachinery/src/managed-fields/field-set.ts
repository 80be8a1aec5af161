/**
 * A set of field paths in the very form in which it is stored and sent: FieldsV1 of metav1.ManagedFieldsEntry. A key is
 * one step of a path (`f:name` of a map, `k:{...}` of a list by its keys, `v:...` of a set, `i:0` of a list); a node
 * without keys is a member, and so is one that has `.` beside its children. Sets are never changed once made, so that
 * an entry that a write does not touch is the same object before and after.
 */
export interface FieldSet {
  readonly [element: string]: FieldSet;
}

type Building = Record<string, FieldSet>;

export const emptySet: FieldSet = Object.freeze({});
/** A member without children. */
export const leaf: FieldSet = Object.freeze({});

export function isEmptySet(set: FieldSet): boolean {
  for (const _ in set) return false;
  return true;
}

function isMember(node: FieldSet): boolean {
  return '.' in node || isEmptySet(node);
}

/** A node of these children (with or without `.`); undefined when there is nothing left of it. */
function nodeOf(member: boolean, children: FieldSet): FieldSet | undefined {
  // Without `delete`, which turns an object into a hash table of its own.
  const { '.': _, ...below } = children;
  if (isEmptySet(below)) return member ? leaf : undefined;
  return member ? { '.': leaf, ...below } : below;
}

/** Everything that is in either. `a` itself when `b` adds nothing, and `b` when there is nothing in `a`. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmptySet(a) && !isEmptySet(b)) return b;
  let result: Building | undefined;
  for (const element in b) {
    if (element === '.') continue;
    const mine = a[element];
    const both = mine === undefined ? b[element]! : unionNode(mine, b[element]!);
    if (both === mine) continue;
    result ??= { ...a };
    result[element] = both;
  }
  return result ?? a;
}

function unionNode(a: FieldSet, b: FieldSet): FieldSet {
  const member = isMember(a);
  const children = union(a, b);
  if (member && isEmptySet(children)) return a;
  if ('.' in children || !(member || isMember(b))) return children;
  return { '.': leaf, ...children };
}

/** The members of `a` that are no members of `b`, each path for itself. `a` itself when nothing goes. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  return subtract(a, b, false);
}

/** As difference(), but a member of `b` takes everything below it along. */
export function recursiveDifference(a: FieldSet, b: FieldSet): FieldSet {
  return subtract(a, b, true);
}

function subtract(a: FieldSet, b: FieldSet, recursive: boolean): FieldSet {
  let result: Building | undefined;
  for (const element in a) {
    const mine = a[element]!;
    const theirs = element === '.' ? undefined : b[element];
    const rest = theirs === undefined ? mine : subtractNode(mine, theirs, recursive);
    if (rest !== mine) result ??= upTo(a, element);
    if (result !== undefined && rest !== undefined) result[element] = rest;
  }
  return result ?? a;
}

function upTo(set: FieldSet, end: string): Building {
  const result: Building = {};
  for (const element in set) {
    if (element === end) break;
    result[element] = set[element]!;
  }
  return result;
}

function subtractNode(a: FieldSet, b: FieldSet, recursive: boolean): FieldSet | undefined {
  const taken = isMember(b);
  if (taken && recursive) return undefined;
  const member = isMember(a);
  const children = subtract(a, b, recursive);
  if (children === a && !(member && taken)) return a;
  return nodeOf(member && !taken, children);
}

/** What is in both. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const result: Building = {};
  for (const element in b) {
    const mine = a[element];
    if (mine === undefined || element === '.') continue;
    const theirs = b[element]!;
    const both = nodeOf(isMember(mine) && isMember(theirs), intersection(mine, theirs));
    if (both !== undefined) result[element] = both;
  }
  return result;
}

export function has(set: FieldSet, path: readonly string[]): boolean {
  let node: FieldSet | undefined = set;
  for (const element of path) {
    node = node[element];
    if (node === undefined) return false;
  }
  return path.length > 0 && isMember(node);
}

/** The set of one path. */
export function setOfPath(path: readonly string[]): FieldSet {
  return path.reduceRight<FieldSet>((child, element) => ({ [element]: child }), leaf);
}

/** All members, in canonical order, a field before what is below it. */
export function* paths(set: FieldSet, prefix: readonly string[] = []): Generator<readonly string[]> {
  const elements = Object.keys(set).filter((element) => element !== '.');
  elements.sort(compareElements);
  for (const element of elements) if (isMember(set[element]!)) yield [...prefix, element];
  for (const element of elements) yield* paths(set[element]!, [...prefix, element]);
}

/** The same set without the members that have members below them. */
export function leaves(set: FieldSet): FieldSet {
  const result: Building = {};
  for (const element in set) if (element !== '.') result[element] = leaves(set[element]!);
  return result;
}

/** The same set with its keys in the order in which upstream writes them; itself when they are. */
export function canonical(set: FieldSet): FieldSet {
  const elements = Object.keys(set);
  let same = true;
  for (let i = 1; i < elements.length; i++) same &&= compareElements(elements[i - 1]!, elements[i]!) < 0;
  if (!same) elements.sort(compareElements);
  const children = elements.map((element) => canonical(set[element]!));
  // Most of what is asked for is in order already.
  if (same && elements.every((element, i) => set[element] === children[i])) return set;
  const result: Building = {};
  for (const [i, element] of elements.entries()) result[element] = children[i]!;
  return result;
}

export function sameSet(a: FieldSet, b: FieldSet): boolean {
  if (a === b) return true;
  let count = 0;
  for (const element in a) {
    const other = b[element];
    if (other === undefined || !sameSet(a[element]!, other)) return false;
    count++;
  }
  for (const _ in b) count--;
  return count === 0;
}

const kinds = '.fkvi';
const hasNumber = /:-?\d/;

/** Fields by name, then items by their keys, then values, then indexes; numbers by their size. */
export function compareElements(a: string, b: string): number {
  const kind = a[0] === b[0] ? 0 : kinds.indexOf(a[0]!) - kinds.indexOf(b[0]!);
  if (kind !== 0) return kind;
  if (a[0] === 'f' || a === '.' || !(hasNumber.test(a) && hasNumber.test(b))) return a < b ? -1 : a > b ? 1 : 0;
  return compareValues(JSON.parse(a.slice(2)), JSON.parse(b.slice(2)));
}

function compareValues(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'object' && typeof b === 'object' && a !== null && b !== null) {
    const [mine, theirs] = [Object.entries(a).flat(), Object.entries(b).flat()];
    for (let i = 0; i < Math.min(mine.length, theirs.length); i++) {
      const order = compareValues(mine[i], theirs[i]);
      if (order !== 0) return order;
    }
    return mine.length - theirs.length;
  }
  const [left, right] = [String(a), String(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Collects paths into a set. */
export class FieldSetBuilder {
  readonly #root: Building = {};

  /** With `below`, a member together with everything under it, where nothing is yet. */
  insert(path: readonly string[], below?: FieldSet): void {
    let node = this.#root;
    const last = path.length - 1;
    for (let i = 0; i <= last; i++) {
      const element = path[i]!;
      const next = node[element] as Building | undefined;
      if (next === undefined) {
        node = node[element] = i === last && below !== undefined ? (below as Building) : {};
        continue;
      }
      // What was a member without children, or has children and becomes a member, says so.
      if (isEmptySet(next) ? i < last : i === last) next['.'] = leaf;
      node = next;
    }
  }

  get set(): FieldSet {
    return this.#root;
  }
}
