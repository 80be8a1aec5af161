import type { Container, Pod } from '@wherry/api';
import { parse } from 'yaml';
import { checkBehaviour } from './check-behaviour.ts';

/** How a simulated container fares. What is not said: it starts at once, is ready at once and runs until it is stopped. */
export interface ContainerBehaviour {
  readonly pull?:
    | {
        readonly afterMs?: number | undefined;
        /** It fails with this message: ErrImagePull, then ImagePullBackOff, and is tried again. */
        readonly error?: string | undefined;
      }
    | undefined;
  /** From the pulled image to the running process. */
  readonly startMs?: number | undefined;
  /** false: it never passes its readiness probe. */
  readonly ready?: boolean | undefined;
  /** How long after its start it is ready. */
  readonly readyAfterMs?: number | undefined;
  /** It ends by itself. */
  readonly exit?:
    | {
        readonly code: number;
        /** After its start. */
        readonly afterMs?: number | undefined;
        /** Completed or Error unless told. */
        readonly reason?: string | undefined;
        readonly message?: string | undefined;
      }
    | undefined;
  /** What it does when it is told to stop: exits with `code` (0) after `afterMs` (0), if the grace period lasts so long. */
  readonly stop?: { readonly afterMs?: number | undefined; readonly code?: number | undefined } | undefined;
}

/** What holds for all app containers, and what for single ones, init containers among them. */
export interface PodBehaviour extends ContainerBehaviour {
  readonly containers?: Readonly<Record<string, ContainerBehaviour>> | undefined;
}

/** Asked whenever a pod is looked at: cheap, and free to change its mind. undefined: as if nobody had asked. */
export type BehaviourOf = (pod: Pod) => PodBehaviour | undefined;

/** Of a pod: a PodBehaviour as YAML or JSON. It outweighs what the function says. */
export const behaviourAnnotation = 'simulated.wherry.io/behaviour';

/** @throws {Error} for an annotation that says nothing we know */
export function behaviourOf(pod: Pod, told: BehaviourOf | undefined): PodBehaviour {
  const text = pod.metadata.annotations?.[behaviourAnnotation];
  const annotated = text === undefined ? undefined : parseBehaviour(text);
  return { ...(isOfJob(pod) ? { exit: { code: 0 } } : {}), ...told?.(pod), ...annotated };
}

/** Of one container. An init container that nobody speaks of ends well at once, if it is no sidecar. */
export function behaviourOfContainer(
  pod: PodBehaviour,
  container: Container,
  role: 'init' | 'sidecar' | 'app',
): ContainerBehaviour {
  const own = pod.containers?.[container.name];
  if (role === 'init') return { exit: { code: 0 }, ...own };
  return role === 'app' ? { ...pod, ...own } : { ...own };
}

function parseBehaviour(text: string): PodBehaviour {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw new Error(`annotation ${behaviourAnnotation}: ${(error as Error).message}`, { cause: error });
  }
  try {
    checkBehaviour(value);
  } catch (error) {
    throw new Error(`annotation ${behaviourAnnotation}: ${(error as Error).message}`, { cause: error });
  }
  return value;
}

/** What a Job makes is there to end. */
function isOfJob(pod: Pod): boolean {
  return pod.metadata.ownerReferences?.some(({ controller, kind }) => controller === true && kind === 'Job') === true;
}
