import type { ApplyContext } from './command.ts';
import type { EtcdCompare } from './etcd-store.ts';
import type { State, Version } from './state.ts';
import { visit } from './visit.ts';

/** What a transaction has looked at so far. */
export interface Touched {
  keys: number;
}

/** Whether all keys of the range fulfil it. Where there is none, it is asked of zeros; of a value it never holds. */
export function holds(state: State, compare: EtcdCompare, context: ApplyContext, touched: Touched): boolean {
  let found = false;
  let all = true;
  visit(state, compare, Number.POSITIVE_INFINITY, (_key, version) => {
    found = true;
    touched.keys++;
    all = fulfils(compare, version, context);
    return all;
  });
  if (found) return all;
  return compare.target !== 'value' && ordered(compare.op, 0 - compare.value);
}

function fulfils(compare: EtcdCompare, version: Version, context: ApplyContext): boolean {
  if (compare.target === 'value') {
    return ordered(compare.op, Buffer.compare(context.readValue(version), compare.value));
  }
  return ordered(compare.op, fieldOf(version, compare.target) - compare.value);
}

function ordered(op: EtcdCompare['op'], difference: number): boolean {
  switch (op) {
    case '=':
      return difference === 0;
    case '!=':
      return difference !== 0;
    case '<':
      return difference < 0;
    case '>':
      return difference > 0;
  }
}

function fieldOf(version: Version, target: Exclude<EtcdCompare['target'], 'value'>): number {
  switch (target) {
    case 'createRevision':
      return version.create;
    case 'modRevision':
      return version.mod;
    case 'version':
      return version.version;
    case 'lease':
      return version.lease;
  }
}
