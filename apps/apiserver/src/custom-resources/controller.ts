import type { CustomResourceDefinition } from '@wherry/api';
import { deepEqual, isNotFound } from '@wherry/apimachinery';
import type { Logger } from '@wherry/daemon';
import { timeOf } from '../registry/object-meta.ts';
import type { Registry } from '../registry/registry.ts';
import { serverUser } from '../registry/registry.ts';
import type { Served } from '../registry/served.ts';
import { updateObject } from '../registry/update.ts';
import { removeInstances } from './cleanup.ts';
import { establishInMs, isTrue, withCondition } from './conditions.ts';
import { cleanupFinalizer } from './definition-strategy.ts';
import { settleNames } from './names.ts';
import type { ServedDefinition } from './serve.ts';

const DEFINITIONS = 'apiextensions.k8s.io/v1/customresourcedefinitions';
const RETRY_MS = 1_000;

type Definition = CustomResourceDefinition;
type Status = Definition['status'];

interface Opened extends ServedDefinition {
  definition: Definition;
}

/** Keeps what is served in step with the CustomResourceDefinitions, and their conditions with what is served. */
export class CustomResources {
  readonly #registry: Registry;
  readonly #definitions: Served;
  readonly #log: Logger;
  readonly #stopping: AbortSignal;
  readonly #several: () => Promise<boolean>;
  /** Names of storages that are not ours to open: a definition cannot take the place of a built-in kind. */
  readonly #builtIn: ReadonlySet<string>;
  readonly #opened = new Map<string, Opened>();
  readonly #cleaning = new Set<string>();
  #running: Promise<void> | undefined;
  #again = false;

  /** To be made before the caches are filled. @param several whether other apiservers serve the same cluster */
  constructor(registry: Registry, log: Logger, stopping: AbortSignal, several: () => Promise<boolean>) {
    this.#registry = registry;
    this.#several = several;
    this.#definitions = registry.served.get(DEFINITIONS)!;
    this.#builtIn = new Set([...registry.served.values()].map(({ cache }) => cache.encoding.keyPrefix));
    this.#log = log;
    this.#stopping = stopping;
    const wake = () => {
      if (registry.hub.ready) this.#wake();
    };
    this.#definitions.cache.observe({ reset() {}, changed: wake });
  }

  /** Resolves when everything that is established is served. */
  async start(): Promise<void> {
    this.#wake();
    await this.#running;
  }

  /** One pass at a time; what changes meanwhile brings another. */
  #wake(): void {
    this.#again = true;
    this.#running ??= this.#run().finally(() => (this.#running = undefined));
  }

  async #run(): Promise<void> {
    while (this.#again && !this.#stopping.aborted) {
      this.#again = false;
      // The change that woke us is committed to the cache by the end of this turn.
      await Promise.resolve();
      try {
        await this.#reconcile();
      } catch (error) {
        if (this.#stopping.aborted) return;
        this.#log.error({ err: error }, 'custom-resources-failed');
        setTimeout(() => this.#wake(), RETRY_MS).unref();
      }
    }
  }

  #list(): Definition[] {
    return this.#definitions.cache.list().map((entry) => entry.object as Definition);
  }

  async #reconcile(): Promise<void> {
    const gone = new Set(this.#opened.keys());
    for (const { metadata } of this.#list()) {
      gone.delete(metadata.name);
      const definition = await this.#settle(metadata.name);
      if (definition === undefined) continue;
      const accepted = isTrue(definition, 'NamesAccepted') || isTrue(definition, 'Established');
      if (accepted) await this.#open(definition);
      if (metadata.deletionTimestamp !== undefined) this.#clean(metadata.name);
      else if (accepted && this.#opened.has(metadata.name) && !isTrue(definition, 'Established')) {
        const waitMs = (await this.#several()) ? establishInMs(definition, Date.now()) : 0;
        if (waitMs === 0) await this.#establish(metadata.name);
        else setTimeout(() => this.#wake(), waitMs).unref();
      }
    }
    for (const name of gone) this.#close(name);
  }

  /** Accepts the names, or says why not. @returns the definition as it is then */
  async #settle(name: string): Promise<Definition | undefined> {
    const found = this.#definitions.cache.get(name)?.object as Definition | undefined;
    if (found === undefined || settleNames(found, this.#list(), '') === undefined) return found;
    return this.#updateStatus(name, (definition, now) => settleNames(definition, this.#list(), now));
  }

  #establish(name: string): Promise<Definition | undefined> {
    return this.#updateStatus(name, ({ status }, now) => ({
      ...status,
      conditions: withCondition(
        status?.conditions,
        {
          type: 'Established',
          status: 'True',
          reason: 'InitialNamesAccepted',
          message: 'the initial names have been accepted',
        },
        now,
      ),
    }));
  }

  async #updateStatus(
    name: string,
    next: (definition: Definition, now: string) => Status | undefined,
    finalize = false,
  ): Promise<Definition | undefined> {
    const now = new Date();
    const options = { user: serverUser, now, dryRun: false, subresource: 'status', raw: true };
    try {
      const entry = await updateObject(this.#registry, this.#definitions, name, name, options, (old) => {
        const definition = old as Definition;
        const status = next(definition, timeOf(now)) ?? definition.status;
        const finalizers = definition.metadata.finalizers?.filter((each) => !finalize || each !== cleanupFinalizer);
        return { ...definition, metadata: { ...definition.metadata, finalizers }, status };
      });
      await this.#registry.hub.waitFor(entry.revision);
      return entry.object as Definition;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** Serves a definition, again when what it says has changed; its watchers have to come anew then. */
  async #open(definition: Definition): Promise<void> {
    const { name } = definition.metadata;
    const before = this.#opened.get(name);
    if (before && !changed(before.definition, definition)) return;
    const terminating = () => this.#definitions.cache.get(name)?.object.metadata.deletionTimestamp !== undefined;
    // Loaded when the first definition comes: pattern and expression engines cost memory.
    const { serveDefinition } = await import('./serve.ts');
    let opened: Opened;
    try {
      opened = { ...serveDefinition(definition, terminating), definition };
    } catch (error) {
      this.#log.error({ err: error, definition: name }, 'custom-resource-not-served');
      return;
    }
    if (this.#builtIn.has(opened.cache.encoding.keyPrefix)) return;
    const { hub, served } = this.#registry;
    await hub.open(opened.storageName, opened.cache);
    this.#opened.set(name, opened);
    for (const [id, each] of opened.served) served.set(id, each);
    for (const id of before?.served.keys() ?? []) if (!opened.served.has(id)) served.delete(id);
  }

  #close(name: string): void {
    const opened = this.#opened.get(name);
    if (opened === undefined) return;
    this.#opened.delete(name);
    for (const id of opened.served.keys()) this.#registry.served.delete(id);
    this.#registry.hub.remove(opened.storageName);
  }

  /** Beside everything else: objects with finalizers may take their time. */
  #clean(name: string): void {
    if (this.#cleaning.has(name)) return;
    const definition = this.#definitions.cache.get(name)?.object as Definition | undefined;
    if (!definition?.metadata.finalizers?.includes(cleanupFinalizer)) return;
    this.#cleaning.add(name);
    // What may still be done with it is another thing from here on, and discovery says so.
    this.#registry.served.generation++;
    this.#removeAll(name)
      .catch((error: unknown) => {
        if (this.#stopping.aborted) return;
        this.#log.error({ err: error, definition: name }, 'custom-resource-cleanup-failed');
        setTimeout(() => this.#wake(), RETRY_MS).unref();
      })
      .finally(() => this.#cleaning.delete(name));
  }

  async #removeAll(name: string): Promise<void> {
    const opened = this.#opened.get(name);
    if (opened) {
      await this.#terminating(name, 'True', 'InstanceDeletionInProgress', 'CustomResource deletion is in progress');
      await removeInstances(this.#registry, opened.stored, this.#stopping);
    }
    if (this.#stopping.aborted) return;
    await this.#terminating(name, 'False', 'InstanceDeletionCompleted', 'removed all instances', true);
  }

  #terminating(name: string, status: string, reason: string, message: string, finalize = false) {
    const condition = { type: 'Terminating', status, reason, message };
    return this.#updateStatus(
      name,
      (definition, now) => ({
        ...definition.status,
        conditions: withCondition(definition.status?.conditions, condition, now),
      }),
      finalize,
    );
  }
}

function changed(before: Definition, now: Definition): boolean {
  if (before === now) return false;
  if (before.metadata.uid !== now.metadata.uid) return true;
  return !deepEqual(before.spec, now.spec) || !deepEqual(before.status?.acceptedNames, now.status?.acceptedNames);
}
