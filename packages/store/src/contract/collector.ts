import { ok } from 'node:assert/strict';
import type { Storage, StorageError, Watch, WatchBatch, WatchEvent } from '../storage.ts';
import { text } from './short.ts';

/** A watcher that keeps everything it is told, and checks that no batch goes back or splits a revision. */
export class Collector {
  readonly events: WatchEvent[] = [];
  revision = 0;
  open = true;
  readonly #watch: Watch;
  #error: StorageError | undefined;
  #wake: (() => void)[] = [];

  constructor(store: Storage, prefix: string, from: number, onBatch?: (batch: WatchBatch) => void | Promise<void>) {
    this.#watch = store.watch(prefix, from, {
      onBatch: (batch) => {
        this.#take(batch);
        return onBatch?.(batch);
      },
      onEnd: (error) => {
        ok(this.open, 'a watch ends once');
        this.open = false;
        this.#error = error;
        this.#notify();
      },
    });
  }

  close(): void {
    this.open = false;
    this.#watch.close();
  }

  async reached(revision: number): Promise<void> {
    while (this.revision < revision) {
      if (this.#error !== undefined) throw this.#error;
      await this.#next();
    }
  }

  async ended(): Promise<StorageError> {
    while (this.#error === undefined) await this.#next();
    return this.#error;
  }

  /** `<revision> put <key>=<value>`, with ` (<value before>)` where there was one. */
  lines(): string[] {
    return this.events.map(({ type, kv, previous }) => {
      const what = type === 'put' ? `${kv.key}=${text(kv.value)}` : kv.key;
      return `${kv.modRevision} ${type} ${what}${previous === undefined ? '' : ` (${text(previous.value)})`}`;
    });
  }

  #take(batch: WatchBatch): void {
    ok(this.open, 'nothing comes after the end');
    ok(batch.revision >= this.revision, 'progress goes forward');
    let last = this.revision;
    for (const { kv } of batch.events) {
      ok(kv.modRevision >= last && kv.modRevision > this.revision, 'revisions come whole and in order');
      last = kv.modRevision;
    }
    ok(last <= batch.revision, 'a batch says up to where it goes');
    this.events.push(...batch.events);
    this.revision = batch.revision;
    this.#notify();
  }

  #next(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve));
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = [];
    for (const resolve of wake) resolve();
  }
}
