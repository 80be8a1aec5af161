import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Command, KeyRef, Response, ResultRef } from './command.ts';
import { command, keys } from './core-testing/arbitrary.ts';
import { Core, replicated } from './core-testing/core.ts';
import type { EtcdCompare, EtcdOperation, EtcdOperationResult, EtcdTxnRequest, KeyRange } from './etcd-store.ts';
import type { KeyValue } from './storage.ts';
import { visit } from './visit.ts';

type Keys = ReadonlyMap<string, KeyValue>;

class Refusal extends Error {}

/** The plainest store of etcd's kind there is: a map of everything per revision, copied with every transaction. */
class Model {
  readonly revisions: Keys[] = [new Map(), new Map()];
  readonly leases = new Map<number, { ttlSeconds: number; expiresAtMs: number }>();
  compacted = 0;
  lastLease = 0;
  noSpace = new Set<number>();

  get revision(): number {
    return this.revisions.length - 1;
  }

  at(revision: number): Keys {
    return this.revisions[revision] as Keys;
  }

  /** What is answered, or the code of the refusal. */
  run(command: Command, timeMs: number): unknown {
    try {
      return this.#run(command, timeMs);
    } catch (error) {
      if (error instanceof Refusal) return error.message;
      throw error;
    }
  }

  #run(command: Command, timeMs: number): unknown {
    switch (command.type) {
      case 'txn':
        return this.#txn(command.request);
      case 'leaseGrant':
        return this.#grant(command.id, command.ttlSeconds, timeMs);
      case 'leaseKeepAlive':
        return this.#keepAlive(command.id, timeMs);
      case 'leaseRevoke':
        return this.#revoke(
          command.id,
          command.expiredByMs === undefined ? undefined : Math.min(command.expiredByMs, timeMs),
        );
      case 'compact':
        if (command.revision > this.revision) throw new Refusal('future-revision');
        if (command.revision <= this.compacted) throw new Refusal('compacted');
        this.compacted = command.revision;
        return 'done';
      case 'alarm':
        if (command.action === 'raise') this.noSpace.add(command.alarm.member);
        else this.noSpace.delete(command.alarm.member);
        return 'done';
      case 'memberAttributes':
        throw new Refusal('member-not-found');
      case 'verify':
        return 'done';
    }
  }

  #txn(request: EtcdTxnRequest): unknown {
    if (this.noSpace.size > 0 && JSON.stringify(request).includes('"type":"put"')) throw new Refusal('no-space');
    const before = this.at(this.revision);
    const working = new Map(before);
    const writes = { changed: false };
    this.#refuse(request, before);
    const answer = this.#play(request, before, working, writes);
    if (writes.changed) this.revisions.push(working);
    return { ...answer, revision: this.revision };
  }

  /** Looks at what is going to be done only. */
  #refuse(request: EtcdTxnRequest, before: Keys): void {
    const operations = request.compares.every((compare) => holds(before, compare)) ? request.success : request.failure;
    for (const operation of operations) {
      if (operation.type === 'txn') this.#refuse(operation, before);
      if (operation.type === 'range' && operation.revision) {
        if (operation.revision > this.revision) throw new Refusal('future-revision');
        if (operation.revision < this.compacted) throw new Refusal('compacted');
      }
      if (operation.type !== 'put') continue;
      if (operation.lease && !this.leases.has(operation.lease)) throw new Refusal('lease-not-found');
      if ((operation.ignoreValue || operation.ignoreLease) && !before.has(operation.key)) {
        throw new Refusal('key-not-found');
      }
    }
  }

  #play(request: EtcdTxnRequest, before: Keys, working: Map<string, KeyValue>, writes: { changed: boolean }) {
    const succeeded = request.compares.every((compare) => holds(before, compare));
    const results = (succeeded ? request.success : request.failure).map((operation): EtcdOperationResult => {
      if (operation.type === 'txn') return { type: 'txn', ...this.#play(operation, before, working, writes) };
      return this.#operate(operation, working, writes);
    });
    return { succeeded, results };
  }

  #operate(
    operation: Exclude<EtcdOperation, { type: 'txn' }>,
    working: Map<string, KeyValue>,
    writes: { changed: boolean },
  ): EtcdOperationResult {
    if (operation.type === 'put') return this.#put(operation, working, writes);
    if (operation.type === 'range') {
      const all = inOrder(operation.revision ? this.at(operation.revision) : working, operation);
      const kvs = operation.countOnly ? [] : all.slice(0, operation.limit || all.length);
      return { type: 'range', kvs, count: all.length, more: !operation.countOnly && kvs.length < all.length };
    }
    const previous = inOrder(working, operation);
    for (const { key } of previous) working.delete(key);
    if (previous.length > 0) writes.changed = true;
    return { type: 'delete', previous };
  }

  #put(
    operation: EtcdOperation & { type: 'put' },
    working: Map<string, KeyValue>,
    writes: { changed: boolean },
  ): EtcdOperationResult {
    writes.changed = true;
    const { key, ignoreValue, ignoreLease } = operation;
    const previous = working.get(key);
    working.set(key, {
      key,
      value: ignoreValue && previous ? previous.value : operation.value,
      createRevision: previous?.createRevision ?? this.revision + 1,
      modRevision: this.revision + 1,
      version: (previous?.version ?? 0) + 1,
      lease: ignoreLease && previous ? previous.lease : (operation.lease ?? 0),
    });
    return { type: 'put', previous };
  }

  #grant(asked: number, ttlSeconds: number, timeMs: number): unknown {
    if (this.noSpace.size > 0) throw new Refusal('no-space');
    if (this.leases.has(asked)) throw new Refusal('lease-exists');
    const id = asked || this.lastLease + 1;
    this.lastLease = Math.max(this.lastLease, id);
    const lease = { ttlSeconds, expiresAtMs: timeMs + ttlSeconds * 1000 };
    this.leases.set(id, lease);
    return { id, ...lease };
  }

  #keepAlive(id: number, timeMs: number): unknown {
    const lease = this.leases.get(id);
    if (lease === undefined) throw new Refusal('lease-not-found');
    lease.expiresAtMs = timeMs + lease.ttlSeconds * 1000;
    return { id, ...lease };
  }

  #revoke(id: number, expiredByMs: number | undefined): unknown {
    const lease = this.leases.get(id);
    if (lease === undefined) throw new Refusal('lease-not-found');
    if (expiredByMs !== undefined && lease.expiresAtMs > expiredByMs) return 'done';
    this.leases.delete(id);
    const left = new Map([...this.at(this.revision)].filter(([, kv]) => kv.lease !== id));
    if (left.size < this.at(this.revision).size) this.revisions.push(left);
    return 'done';
  }
}

function inOrder(keys: Keys, { key, rangeEnd }: KeyRange): KeyValue[] {
  const wanted = (each: string): boolean => {
    if (!rangeEnd) return each === key;
    return (
      Buffer.compare(bytes(each), bytes(key)) >= 0 &&
      (rangeEnd === '\0' || Buffer.compare(bytes(each), bytes(rangeEnd)) < 0)
    );
  };
  return [...keys.values()].filter((kv) => wanted(kv.key)).sort((a, b) => Buffer.compare(bytes(a.key), bytes(b.key)));
}

function holds(keys: Keys, compare: EtcdCompare): boolean {
  const found = inOrder(keys, compare);
  const nothing = { createRevision: 0, modRevision: 0, version: 0, lease: 0 };
  const order = (kv: typeof nothing & { value?: Uint8Array }): number | undefined => {
    if (compare.target !== 'value') return Math.sign(kv[compare.target] - compare.value);
    return kv.value === undefined ? undefined : Buffer.compare(kv.value, compare.value);
  };
  return (found.length > 0 ? found : [nothing]).every((kv) => {
    const is = order(kv);
    if (is === undefined) return false;
    return { '=': is === 0, '!=': is !== 0, '<': is < 0, '>': is > 0 }[compare.op];
  });
}

function bytes(key: string): Buffer {
  return Buffer.from(key, 'latin1');
}

describe('the core against a plain model', () => {
  it('answers the same, refuses the same without a trace, and has the same at every revision', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 30 }), async (commands) => {
        const core = await Core.open();
        const model = new Model();
        for (const [i, each] of commands.entries()) {
          if (putsTwice(each)) continue;
          const timeMs = i * 300;
          const before = JSON.stringify(withoutPlace(core));
          const { response, changes } = core.apply(each, timeMs);
          const said = plain(response, core);
          expect(said).toEqual(model.run(each, timeMs));
          if (response.type === 'error') {
            expect(changes).toEqual([]);
            expect(JSON.stringify(withoutPlace(core))).toBe(before);
          }
          expect(core.state.revision).toBe(model.revision);
          if (i % 5 === 0) core.trim(3);
        }
        for (let revision = Math.max(1, model.compacted); revision <= model.revision; revision++) {
          expect(allAt(core, revision)).toEqual(inOrder(model.at(revision), { key: '\0', rangeEnd: '\0' }));
        }
      }),
      { numRuns: Number(process.env['MODEL_RUNS'] ?? 800) },
    );
  });

  it('meets refusals of every kind while it does', async () => {
    const seen = new Map<string, number>();
    for (const [seed, commands] of fc
      .sample(fc.array(command, { maxLength: 30 }), { numRuns: 300, seed: 1 })
      .entries()) {
      const core = await Core.open();
      for (const each of commands) {
        if (putsTwice(each)) continue;
        const { response } = core.apply(each, seed);
        const what = response.type === 'error' ? response.code : response.type;
        seen.set(what, (seen.get(what) ?? 0) + 1);
      }
    }
    const kinds = ['compacted', 'future-revision', 'lease-not-found', 'lease-exists', 'key-not-found', 'no-space'];
    expect([...seen.keys()]).toEqual(expect.arrayContaining([...kinds, 'txn', 'lease', 'done']));
  });
});

/** What is refused before it is proposed: a key that is put twice, or also deleted, on any way it may go. */
function putsTwice(command: Command): boolean {
  if (command.type !== 'txn') return false;
  const flat = (operations: EtcdOperation[]): EtcdOperation[] =>
    operations.flatMap((each) => (each.type === 'txn' ? flat([...each.success, ...each.failure]) : [each]));
  return [command.request.success, command.request.failure].some((operations) => {
    const all = flat(operations);
    const puts = all.flatMap((each) => (each.type === 'put' ? [each.key] : []));
    const ends = all.flatMap((each) => (each.type === 'delete' ? keys.filter((key) => within(key, each)) : []));
    return new Set(puts).size < puts.length || puts.some((key) => ends.includes(key as (typeof keys)[number]));
  });
}

function within(key: string, range: KeyRange): boolean {
  const kv = { key, value: Buffer.of(), createRevision: 0, modRevision: 0, version: 0, lease: 0 };
  return inOrder(new Map([[key, kv]]), range).length > 0;
}

function withoutPlace(core: Core): object {
  return { ...replicated(core.state), appliedIndex: 0, appliedTerm: 0, timeMs: 0 };
}

function plain(response: Response, core: Core): unknown {
  const hydrate = ({ key, version }: KeyRef): KeyValue => ({
    key,
    value: core.valueOf(version),
    createRevision: version.create,
    modRevision: version.mod,
    version: version.version,
    lease: version.lease,
  });
  const result = (each: ResultRef): EtcdOperationResult => {
    switch (each.type) {
      case 'put':
        return { type: 'put', previous: each.previous && hydrate(each.previous) };
      case 'delete':
        return { type: 'delete', previous: each.previous.map(hydrate) };
      case 'range':
        return { ...each, kvs: each.kvs.map(hydrate) };
      case 'txn':
        return { ...each, results: each.results.map(result) };
    }
  };
  switch (response.type) {
    case 'txn':
      return { succeeded: response.succeeded, revision: response.revision, results: response.results.map(result) };
    case 'lease':
      return response.lease;
    case 'error':
      return response.code;
    default:
      return response.type;
  }
}

function allAt(core: Core, revision: number): KeyValue[] {
  const found: KeyValue[] = [];
  visit(core.state, { key: '\0', rangeEnd: '\0' }, revision, (key, version) => {
    const { create, mod, lease } = version;
    const value = core.valueOf(version);
    found.push({ key, value, createRevision: create, modRevision: mod, version: version.version, lease });
    return true;
  });
  return found;
}
