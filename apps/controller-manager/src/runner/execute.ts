import { isAlreadyExists, isConflict, isNotFound, StatusError, type KubeObject } from '@wherry/apimachinery';
import type { Resource } from '@wherry/api';
import { ConnectionError, keyOf, type RestClient } from '@wherry/client';
import type { Live, Outputs, Verb } from './controller.ts';
import type { Expectations } from './expectations.ts';
import { resourceName } from './resource-name.ts';
import type {
  Announcement,
  CreateStep,
  DeleteStep,
  Failure,
  PatchStep,
  Plan,
  PlannedEvent,
  UpdateStep,
  Verification,
} from './plan.ts';

export interface ExecutorOptions {
  readonly client: RestClient;
  readonly live: Live;
  readonly expectations: Expectations;
  readonly outputs: Outputs;
  /** The resource of a name in a plan. */
  readonly resource: (name: string) => Resource | undefined;
  readonly say: (event: PlannedEvent) => void;
  readonly now: () => number;
}

/** A step that did not succeed. The cause is the error as it came. */
export class StepFailed extends Error {
  readonly failure: Failure;
  constructor(failure: Failure, cause: unknown) {
    super(failure.message, { cause });
    this.name = 'StepFailed';
    this.failure = failure;
  }
}

/** Two writers met: the next look at the world decides. */
export function isRace(error: unknown): boolean {
  return error instanceof StepFailed && isConflict(error.cause);
}

const maxParallelDeletes = 50;

/** Carries out the plan of one key. */
export class Execution {
  readonly #options: ExecutorOptions;
  readonly #key: string;
  readonly #signal: AbortSignal;
  /** The versions written by this plan, so that a later step on the same object does not conflict with an earlier. */
  readonly #versions = new Map<string, string>();
  readonly #verified = new Map<string, Promise<void>>();

  constructor(options: ExecutorOptions, key: string, signal: AbortSignal) {
    this.#options = options;
    this.#key = key;
    this.#signal = signal;
  }

  /** @throws {StepFailed} for the first step that failed; what follows it has not been tried */
  async run(plan: Plan): Promise<void> {
    for (const step of plan.patch ?? []) await this.#patch(step);
    await this.#createAll(plan.create ?? []);
    for (const step of plan.update ?? []) await this.#update(step);
    await this.#deleteAll(plan.delete ?? []);
    for (const { resource, namespace } of plan.deleteCollection ?? []) {
      await this.#attempt('deleteCollection', resource, namespace, '', undefined, async () => {
        const client = this.#options.client.resource(this.#resource(resource, 'delete'));
        await client.deleteCollection({ namespace, propagationPolicy: 'Background', signal: this.#signal });
      });
    }
    await this.status(plan);
    for (const step of plan.approval ?? []) await this.#subresource(step, 'approval');
    for (const step of plan.finalize ?? []) await this.#subresource(step, 'finalize');
    for (const event of plan.events ?? []) this.#options.say(event);
  }

  /** The status alone, after a failed step. */
  async status(plan: Plan): Promise<void> {
    for (const step of plan.status ?? []) await this.#subresource(step, 'status');
  }

  async #patch(step: PatchStep): Promise<void> {
    const { resource: name, namespace, uid, type, subresource } = step;
    if (step.verify !== undefined) await this.#verify('patch', name, step.verify);
    await this.#attempt('patch', name, namespace, step.name, undefined, async () => {
      const resource = this.#resource(name, subresource === 'status' ? 'status' : 'patch');
      const options = { type, namespace, subresource, signal: this.#signal };
      try {
        this.#wrote(name, await this.#options.client.resource(resource).patch(step.name, step.patch, options));
      } catch (error) {
        if (!isNotFound(error)) throw error;
        this.#options.expectations.deleted(this.#key, name, objectKey(namespace, step.name), uid, this.#options.now());
      }
    });
  }

  async #createAll(steps: readonly CreateStep[]): Promise<void> {
    let size = 1;
    for (let start = 0; start < steps.length; ) {
      await settle(steps.slice(start, start + size).map((step) => this.#create(step)));
      start += size;
      size *= 2;
    }
  }

  async #create(step: CreateStep): Promise<void> {
    const { resource: name, object, announce } = step;
    const { namespace } = object.metadata;
    const shown = object.metadata.name ?? object.metadata.generateName ?? '';
    await this.#attempt('create', name, namespace, shown, announce, async () => {
      const resource = this.#resource(name, 'create');
      try {
        const created = await this.#options.client.resource(resource).create(object, { signal: this.#signal });
        this.#wrote(name, created);
        this.#announce(announce, created.metadata.name);
      } catch (error) {
        if (step.mayExist === true && isAlreadyExists(error)) return;
        if (isNamespaceTerminating(error)) return;
        // It may have been created: nothing more for this key until the cache shows what the server has.
        if (error instanceof ConnectionError && error.sent) await this.#catchUp(resource, namespace);
        throw error;
      }
    });
  }

  async #update(step: UpdateStep): Promise<void> {
    const { resource: name, object, announce } = step;
    await this.#attempt('update', name, object.metadata.namespace, object.metadata.name, announce, async () => {
      const client = this.#options.client.resource(this.#resource(name, 'update'));
      try {
        this.#wrote(name, await client.update(this.#current(object), { signal: this.#signal }));
      } catch (error) {
        if (isNamespaceTerminating(error)) return;
        throw error;
      }
      this.#announce(announce, object.metadata.name);
    });
  }

  async #deleteAll(steps: readonly DeleteStep[]): Promise<void> {
    for (let start = 0; start < steps.length; start += maxParallelDeletes) {
      await settle(steps.slice(start, start + maxParallelDeletes).map((step) => this.#delete(step)));
    }
  }

  async #delete(step: DeleteStep): Promise<void> {
    const { resource: name, namespace, uid, resourceVersion, gracePeriodSeconds, propagationPolicy } = step;
    if (step.verify !== undefined) await this.#verify('delete', name, step.verify);
    await this.#attempt('delete', name, namespace, step.name, step.announce, async () => {
      const client = this.#options.client.resource(this.#resource(name, 'delete'));
      const preconditions = uid === undefined && resourceVersion === undefined ? undefined : { uid, resourceVersion };
      const options = { namespace, gracePeriodSeconds, propagationPolicy, preconditions, signal: this.#signal };
      try {
        await client.delete(step.name, options);
        this.#announce(step.announce, step.name);
      } catch (error) {
        // Gone, or another object of the same name: what was to be deleted is not there.
        if (!isNotFound(error) && !(isConflict(error) && resourceVersion === undefined)) throw error;
      }
      this.#options.expectations.deleted(this.#key, name, objectKey(namespace, step.name), uid, this.#options.now());
    });
  }

  async #subresource(
    { resource: name, object }: UpdateStep,
    subresource: 'status' | 'approval' | 'finalize',
  ): Promise<void> {
    const { namespace, name: objectName } = object.metadata;
    await this.#attempt(subresource, name, namespace, objectName, undefined, async () => {
      const client = this.#options.client.resource(this.#resource(name, 'status'));
      const current = this.#current(object);
      const options = { namespace, signal: this.#signal };
      try {
        if (subresource === 'status') this.#wrote(name, await client.updateStatus(current, options));
        else
          this.#wrote(
            name,
            await client.updateSubresource<KubeObject>(objectName, subresource, typed(current), options),
          );
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    });
  }

  #verify(verb: Failure['verb'], resource: string, verification: Verification): Promise<void> {
    const id = JSON.stringify(verification);
    let known = this.#verified.get(id);
    if (known === undefined) {
      const { namespace, name } = verification;
      known = this.#attempt(verb, resource, namespace, name, undefined, () => this.#check(verification));
      this.#verified.set(id, known);
    }
    return known;
  }

  async #check({ resource: name, namespace, name: objectName, uid, state }: Verification): Promise<void> {
    const resource = this.#options.resource(name);
    if (resource === undefined) throw new Error(`unknown resource ${name}`);
    const found = await this.#options.live.get(resource, namespace, objectName);
    const what = `${resource.kind} ${objectKey(namespace, objectName)}`;
    if (state === 'absent') {
      if (found !== undefined) throw new Error(`${what} exists`);
      return;
    }
    if (found === undefined || found.metadata.uid !== uid) {
      throw new Error(`original ${what} is gone: got uid ${found?.metadata.uid ?? ''}, wanted ${uid ?? ''}`);
    }
    const { deletionTimestamp } = found.metadata;
    if (deletionTimestamp !== undefined) throw new Error(`${what} has just been deleted at ${deletionTimestamp}`);
  }

  /** Lets the next reconcile wait until the cache has all that the apiserver has of a resource in a namespace. */
  async #catchUp(resource: Resource, namespace: string | undefined): Promise<void> {
    const { items } = await this.#options.live.list(resource, namespace ?? '');
    for (const item of items) this.#wrote(resourceName(resource), item);
  }

  async #attempt(
    verb: Failure['verb'],
    resource: string,
    namespace: string | undefined,
    name: string,
    announce: Announcement | undefined,
    action: () => Promise<void>,
  ): Promise<void> {
    try {
      await action();
    } catch (error) {
      if (this.#signal.aborted) throw error;
      const message = error instanceof Error ? error.message : String(error);
      const reason = error instanceof StatusError ? error.reason : '';
      if (announce?.failed !== undefined && reason !== 'AlreadyExists' && reason !== 'Conflict') {
        const { reason: said, message: pattern } = announce.failed;
        this.#options.say({
          about: announce.about,
          type: 'Warning',
          reason: said,
          message: fill(pattern, name, message),
        });
      }
      throw new StepFailed({ verb, resource, namespace, name, reason, message }, error);
    }
  }

  #announce(announce: Announcement | undefined, name: string): void {
    if (announce?.done === undefined) return;
    const { reason, message } = announce.done;
    this.#options.say({ about: announce.about, type: 'Normal', reason, message: fill(message, name, '') });
  }

  #wrote(resource: string, object: KubeObject): void {
    const { uid, resourceVersion } = object.metadata;
    if (uid !== undefined && resourceVersion !== undefined) this.#versions.set(uid, resourceVersion);
    this.#options.expectations.wrote(this.#key, resource, resourceVersion, this.#options.now());
  }

  #current<T extends KubeObject>(object: T): T {
    const version = this.#versions.get(object.metadata.uid ?? '');
    return version === undefined ? object : { ...object, metadata: { ...object.metadata, resourceVersion: version } };
  }

  #resource(name: string, verb: Verb): Resource {
    const { outputs } = this.#options;
    if (outputs !== 'everything' && outputs[name]?.includes(verb) !== true) {
      throw new Error(`${verb} of ${name} is none of the controller's outputs`);
    }
    const resource = this.#options.resource(name);
    if (resource === undefined) throw new Error(`unknown resource ${name}`);
    return resource;
  }
}

/** Waits for all, then throws what the first failed one threw. */
async function settle(promises: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(promises);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

/** Nothing can be created there any more, and what is there is on its way out: not an error of the controller's. */
function isNamespaceTerminating(error: unknown): boolean {
  if (!(error instanceof StatusError)) return false;
  return error.status.details?.causes?.some((cause) => cause.reason === 'NamespaceTerminating') === true;
}

function typed(object: KubeObject): KubeObject {
  return { ...object, apiVersion: object.apiVersion ?? 'v1', kind: object.kind ?? 'Namespace' };
}

function objectKey(namespace: string | undefined, name: string): string {
  return keyOf({ metadata: { namespace, name } });
}

function fill(pattern: string, name: string, error: string): string {
  return pattern.replaceAll('{name}', () => name).replaceAll('{error}', () => error);
}
