import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { engineMessage, engineStatus } from '../docker/engine-error.ts';
import { nextBackOff, type BackOff } from '../pod/back-off.ts';
import type { Credentials } from './credentials.ts';
import { isImageName, pullPolicyOf, withTag } from './image-name.ts';

/** What came of asking for an image. */
export type ImageOutcome =
  | { readonly outcome: 'present'; readonly id: string; readonly user: string }
  | { readonly outcome: 'pull'; readonly policy: string }
  | { readonly outcome: 'refused'; readonly reason: string; readonly message: string };

export interface PullFailure {
  readonly error: string;
  readonly delayMs: number;
}

/** A registry may stay silent between layers, but not for ever. */
const silenceMs = 300_000;
const maxBackOffs = 1_000;

export class Images {
  readonly #docker: Docker;
  readonly #now: () => number;
  /** By image name: failed pulls slow down the next one of any pod. */
  readonly #backOffs = new Map<string, BackOff>();
  /** Pulls under way are shared. */
  readonly #pulls = new Map<string, Promise<void>>();

  constructor(docker: Docker, now: () => number) {
    this.#docker = docker;
    this.#now = now;
  }

  /** What the pull policy says to do, looking only at this node. */
  async look(image: string, policy: string | undefined): Promise<ImageOutcome> {
    if (!isImageName(image)) {
      const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format`;
      return { outcome: 'refused', reason: 'InvalidImageName', message };
    }
    const effective = pullPolicyOf(policy, image);
    if (effective === 'Always') return { outcome: 'pull', policy: effective };
    const found = await this.inspect(image);
    if (found !== undefined) return { outcome: 'present', ...found };
    if (effective === 'IfNotPresent') return { outcome: 'pull', policy: effective };
    const message = `Container image "${image}" is not present with pull policy of Never`;
    return { outcome: 'refused', reason: 'ErrImageNeverPull', message };
  }

  async inspect(image: string): Promise<{ id: string; user: string } | undefined> {
    try {
      const info = await this.#docker.getImage(withTag(image)).inspect();
      return { id: info.Id, user: info.Config?.User ?? '' };
    } catch (error) {
      if (engineStatus(error) === 404) return undefined;
      throw error;
    }
  }

  /**
   * Pulls with each of the credentials in turn, or without when there are none; on failure tells the error and how long
   * to wait before the next try.
   */
  async pull(image: string, credentials: readonly Credentials[]): Promise<PullFailure | undefined> {
    // Whoever has no credentials must not profit from another pod's pull, nor fail with it.
    const key = JSON.stringify([image, credentials]);
    const pull = this.#pulls.get(key) ?? this.#begin(key, image, credentials);
    try {
      await pull;
      this.#backOffs.delete(image);
      return undefined;
    } catch (error) {
      const entry = this.#backOffs.get(image) ?? { delayMs: 10_000, lastUpdateMs: this.#now() };
      return { error: engineMessage(error), delayMs: entry.delayMs };
    }
  }

  #begin(key: string, image: string, credentials: readonly Credentials[]): Promise<void> {
    const pull = this.#tryEach(image, credentials)
      .catch((error: unknown) => {
        const now = this.#now();
        if (this.#backOffs.size >= maxBackOffs) this.#backOffs.clear();
        this.#backOffs.set(image, nextBackOff(this.#backOffs.get(image), now, now));
        throw error;
      })
      .finally(() => this.#pulls.delete(key));
    this.#pulls.set(key, pull);
    return pull;
  }

  async #tryEach(image: string, credentials: readonly Credentials[]): Promise<void> {
    const [first, ...others] = credentials;
    try {
      await this.#fetch(image, first);
    } catch (error) {
      if (others.length === 0) throw error;
      await this.#tryEach(image, others);
    }
  }

  async #fetch(image: string, credentials: Credentials | undefined): Promise<void> {
    const auth = credentials === undefined ? {} : { authconfig: credentials };
    const stream = (await this.#docker.pull(withTag(image), auth)) as Readable;
    let tail = '';
    let timer: NodeJS.Timeout | undefined;
    const arm = () => {
      clearTimeout(timer);
      timer = setTimeout(() => stream.destroy(new Error(`pull of ${image} made no progress`)), silenceMs);
    };
    try {
      arm();
      for await (const chunk of stream) {
        arm();
        tail = (tail + String(chunk)).slice(-8192);
      }
    } finally {
      clearTimeout(timer);
    }
    for (const line of tail.split('\n')) {
      const failure = /"error":\s*("(?:[^"\\]|\\.)*")/.exec(line)?.[1];
      if (failure !== undefined) throw new Error(JSON.parse(failure) as string);
    }
  }
}
