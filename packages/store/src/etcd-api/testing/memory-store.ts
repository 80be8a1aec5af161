import { apply } from '../../apply.ts';
import { inRange } from '../../byte-string.ts';
import type { Applied, Command, KeyRef, Response, ResultRef } from '../../command.ts';
import type {
  Alarm,
  EtcdOperationResult,
  EtcdStore,
  EtcdTxnRequest,
  EtcdTxnResult,
  KeyRange,
  LeaseState,
  Member,
  RangeRequest,
  RangeResult,
  StoreStatus,
} from '../../etcd-store.ts';
import { beginEntry, createState, type State, type Version } from '../../state.ts';
import { type KeyValue, StorageError, type Watch, type WatchEvent, type WatchHandlers } from '../../storage.ts';

const noBytes = new Uint8Array(0);

interface Watcher {
  range: KeyRange;
  handlers: WatchHandlers;
  /** The next revision it has not seen. */
  next: number;
  busy: boolean;
}

/**
 * An EtcdStore over the core alone: no log, no disk, one member, time as the test has it. For tests of the API, which
 * wants to know what a store says of itself and to make it say other things.
 */
export class MemoryEtcdStore implements EtcdStore {
  readonly self: Member = {
    id: 0x1000_0000_0001,
    name: 'one',
    peerUrls: ['http://127.0.0.1:2380'],
    clientUrls: ['http://127.0.0.1:2379'],
    isLearner: false,
  };
  /** What status() says instead of what is so. */
  says: Partial<StoreStatus> = {};
  /** Thrown by linearize(). */
  linearizeError: StorageError | undefined;
  linearized = 0;
  /** A watcher that lets more revisions gather than this is ended with `slow-consumer`. */
  maxBehind = 1000;
  backupChunks: Uint8Array[] = [];
  nowMs = 0;
  readonly calls: string[] = [];
  readonly #state: State = createState();
  readonly #values = new Map<Version, Uint8Array>();
  readonly #history: { revision: number; events: WatchEvent[] }[] = [];
  readonly #watchers = new Set<Watcher>();
  #members: Member[] = [this.self];

  get watcherCount(): number {
    return this.#watchers.size;
  }

  status(): StoreStatus {
    const state = this.#state;
    return {
      clusterId: 0xc0_0000_0001,
      memberId: this.self.id,
      leader: this.self.id,
      term: 2,
      raftIndex: state.appliedIndex,
      appliedIndex: state.appliedIndex,
      revision: state.revision,
      compactedRevision: state.compactedRevision,
      dbSizeBytes: 20480,
      dbSizeInUseBytes: 16384,
      isLearner: false,
      errors: state.alarms.map((alarm) => `memberID:${alarm.member} alarm:${alarm.type.toUpperCase()} `),
      ...this.says,
    };
  }

  linearize(): Promise<void> {
    this.linearized++;
    return this.linearizeError === undefined ? Promise.resolve() : Promise.reject(this.linearizeError);
  }

  async range(request: RangeRequest): Promise<RangeResult & { revision: number }> {
    const { results, revision } = await this.transact({
      compares: [],
      success: [{ type: 'range', ...request }],
      failure: [],
    });
    const result = results[0];
    if (result?.type !== 'range') throw new Error('a range gives a range');
    return { ...result, revision: request.revision || revision };
  }

  transact(request: EtcdTxnRequest): Promise<EtcdTxnResult> {
    return this.#settle(() => {
      const response = this.#propose({ type: 'txn', request });
      if (response.type !== 'txn') throw new Error('a transaction gives a transaction');
      return { ...response, results: response.results.map((result) => this.#hydrate(result)) };
    });
  }

  compactTo(revision: number, { physical }: { physical: boolean }): Promise<void> {
    this.calls.push(`compact ${revision}${physical ? ' physical' : ''}`);
    return this.#settle(() => {
      this.#propose({ type: 'compact', revision });
      const kept = this.#history.findIndex((batch) => batch.revision >= revision);
      this.#history.splice(0, kept < 0 ? this.#history.length : kept);
    });
  }

  watchRange(range: KeyRange, startRevision: number, handlers: WatchHandlers): Watch {
    const next = startRevision === 0 ? this.#state.revision + 1 : startRevision;
    const watcher: Watcher = { range, handlers, next, busy: false };
    this.#watchers.add(watcher);
    queueMicrotask(() => this.#pump(watcher));
    return { close: () => void this.#watchers.delete(watcher) };
  }

  /** Ends all watches, as a store does that is closed or fails. */
  endWatches(error: StorageError): void {
    for (const watcher of this.#watchers) this.#end(watcher, error);
  }

  grantLeaseWith(id: number, ttlSeconds: number): Promise<{ id: number; ttlSeconds: number }> {
    return this.#settle(() => this.#lease({ type: 'leaseGrant', id, ttlSeconds }));
  }

  keepAliveLease(id: number): Promise<{ id: number; ttlSeconds: number }> {
    return this.#settle(() => this.#lease({ type: 'leaseKeepAlive', id }));
  }

  revokeLease(id: number): Promise<void> {
    return this.#settle(() => {
      while (this.#propose({ type: 'leaseRevoke', id }).type === 'more');
    });
  }

  lease(id: number): Promise<LeaseState | undefined> {
    const lease = this.#state.leases.get(id);
    if (lease === undefined) return Promise.resolve(undefined);
    const ttlSeconds = Math.floor((lease.expiresAtMs - this.nowMs) / 1000);
    return Promise.resolve({ id, grantedTtlSeconds: lease.ttlSeconds, ttlSeconds, keys: [...lease.keys].sort() });
  }

  leases(): Promise<number[]> {
    return Promise.resolve([...this.#state.leases.keys()]);
  }

  members(): Member[] {
    return this.#members;
  }

  addMember(peerUrls: string[], isLearner: boolean): Promise<Member> {
    return this.#settle(() => {
      if (this.#members.some((member) => member.peerUrls.some((url) => peerUrls.includes(url)))) {
        throw new StorageError('peer-url-exists', 'peer URL exists');
      }
      const id = Math.max(...this.#members.map((member) => member.id)) + 1;
      const member: Member = { id, name: '', peerUrls, clientUrls: [], isLearner };
      this.#members = [...this.#members, member];
      return member;
    });
  }

  removeMember(id: number): Promise<void> {
    return this.#settle(() => {
      this.#member(id);
      this.#members = this.#members.filter((member) => member.id !== id);
    });
  }

  updateMember(id: number, peerUrls: string[]): Promise<void> {
    return this.#settle(() => {
      const member = this.#member(id);
      this.#members = this.#members.map((other) => (other === member ? { ...member, peerUrls } : other));
    });
  }

  promoteMember(id: number): Promise<void> {
    return this.#settle(() => {
      if (!this.#member(id).isLearner) throw new StorageError('not-a-learner', 'not a learner');
      throw new StorageError('learner-not-ready', 'not in step');
    });
  }

  moveLeader(id: number): Promise<void> {
    this.calls.push(`move leader ${id}`);
    const known = this.#members.some((member) => member.id === id);
    return known ? Promise.resolve() : Promise.reject(new StorageError('bad-transferee', 'no such member'));
  }

  alarms(): Alarm[] {
    return this.#state.alarms;
  }

  raiseAlarm(alarm: Alarm): Promise<void> {
    return this.#settle(() => void this.#propose({ type: 'alarm', action: 'raise', alarm }));
  }

  clearAlarm(alarm: Alarm): Promise<void> {
    return this.#settle(() => void this.#propose({ type: 'alarm', action: 'clear', alarm }));
  }

  hash(revision: number): Promise<{ hash: number; revision: number; compactedRevision: number }> {
    if (revision > this.#state.revision) return Promise.reject(new StorageError('future-revision', 'future'));
    const { compactedRevision } = this.#state;
    return Promise.resolve({ hash: 0xdead_beef, revision: revision || this.#state.revision, compactedRevision });
  }

  backup(): Promise<{ bytes: number; chunks: AsyncIterable<Uint8Array> }> {
    const chunks = this.backupChunks;
    const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    return Promise.resolve({
      bytes,
      chunks: (async function* () {
        for (const chunk of chunks) yield await Promise.resolve(chunk);
      })(),
    });
  }

  defragment(): Promise<void> {
    this.calls.push('defragment');
    return Promise.resolve();
  }

  #settle<T>(run: () => T): Promise<T> {
    try {
      return Promise.resolve(run());
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  #propose(command: Command): Exclude<Response, { type: 'error' }> {
    const state = this.#state;
    beginEntry(state, { index: state.appliedIndex + 1, term: 2, timeMs: this.nowMs });
    const readValue = (version: Version) => this.#values.get(version) ?? noBytes;
    const applied = apply(state, command, { timeMs: this.nowMs, readValue });
    this.#note(applied);
    if (applied.response.type === 'error') throw new StorageError(applied.response.code, applied.response.message);
    return applied.response;
  }

  #note({ changes }: Applied): void {
    if (changes.length === 0) return;
    const { revision } = this.#state;
    for (const { version, value } of changes) this.#values.set(version, value);
    const events = changes.map(({ key, version, previous }): WatchEvent => {
      const before = previous && this.#keyValue({ key, version: previous });
      return version.version === 0
        ? { type: 'delete', kv: { ...deletedKeyValue, key, modRevision: revision }, previous: before }
        : { type: 'put', kv: this.#keyValue({ key, version }), previous: before };
    });
    this.#history.push({ revision, events });
    for (const watcher of this.#watchers) this.#pump(watcher);
  }

  #pump(watcher: Watcher): void {
    if (watcher.busy || !this.#watchers.has(watcher)) {
      const behind = this.#state.revision - watcher.next;
      if (behind > this.maxBehind) this.#end(watcher, new StorageError('slow-consumer', 'behind'));
      return;
    }
    if (watcher.next < this.#state.compactedRevision) {
      this.#end(watcher, new StorageError('compacted', 'compacted'));
      return;
    }
    const { revision } = this.#state;
    const events = this.#history
      .filter((batch) => batch.revision >= watcher.next)
      .flatMap((batch) => batch.events)
      .filter((event) => inRange(event.kv.key, watcher.range));
    watcher.next = Math.max(watcher.next, revision + 1);
    const done = watcher.handlers.onBatch({ revision, events });
    if (done === undefined) return;
    watcher.busy = true;
    void done.then(() => {
      watcher.busy = false;
      if (watcher.next <= this.#state.revision) this.#pump(watcher);
    });
  }

  #end(watcher: Watcher, error: StorageError): void {
    if (this.#watchers.delete(watcher)) watcher.handlers.onEnd(error);
  }

  #lease(command: Command): { id: number; ttlSeconds: number } {
    const response = this.#propose(command);
    if (response.type !== 'lease') throw new Error('a lease gives a lease');
    return { id: response.lease.id, ttlSeconds: response.lease.ttlSeconds };
  }

  #member(id: number): Member {
    const member = this.#members.find((other) => other.id === id);
    if (member === undefined) throw new StorageError('member-not-found', 'member not found');
    return member;
  }

  #hydrate(result: ResultRef): EtcdOperationResult {
    switch (result.type) {
      case 'put':
        return { type: 'put', previous: result.previous && this.#keyValue(result.previous) };
      case 'delete':
        return { type: 'delete', previous: result.previous.map((ref) => this.#keyValue(ref)) };
      case 'range':
        return { ...result, kvs: result.kvs.map((ref) => this.#keyValue(ref)) };
      case 'txn':
        return { ...result, results: result.results.map((each) => this.#hydrate(each)) };
    }
  }

  #keyValue({ key, version }: KeyRef): KeyValue {
    const { mod, create, lease } = version;
    const value = this.#values.get(version) ?? noBytes;
    return { key, value, createRevision: create, modRevision: mod, version: version.version, lease };
  }
}

const deletedKeyValue = { value: noBytes, createRevision: 0, version: 0, lease: 0 };
