import { setTimeout as sleep } from 'node:timers/promises';
import type { Container, Pod } from '@wherry/api';
import type { LabelSelector } from '@wherry/apimachinery';
import { CliError } from '../cli/errors.ts';
import type { Session } from '../connection/session.ts';
import { parseSelection } from './arguments.ts';
import { findByWord, resourcePath, singularName, type ApiResource } from './mapping.ts';
import { getObject, listAll, requireResource } from './select.ts';
import { field, type Unstructured } from './unstructured.ts';

/**
 * The pods that `NAME`, `TYPE/NAME` or `TYPE NAME` stand for; several for a workload. A workload without pods is given
 * `timeoutMs` to have one.
 */
export async function podsOf(
  session: Session,
  args: readonly string[],
  timeoutMs = 0,
  forLogs = false,
): Promise<Pod[]> {
  const resources = await session.resources();
  const pods = requireResource(resources, 'pods');
  const namespace = await session.namespace();
  const { resource, name } = subject(resources, pods, args);
  const object = await getObject(session, { resource, namespace, name, source: '' });
  if (resource.plural === 'pods') return [object as unknown as Pod];
  const selector = selectorOf(object);
  if (selector === undefined) {
    throw new CliError(`cannot get the logs from ${singularName(resource)}: selector not found`);
  }
  const deadlineMs = Date.now() + timeoutMs;
  let found: Pod[];
  for (;;) {
    found = (await listAll(session, pods, { namespace, selector })) as unknown as Pod[];
    if (found.length > 0) break;
    if (Date.now() >= deadlineMs || session.signal.aborted) {
      throw new CliError(`timed out waiting for the condition: no pods of ${singularName(resource)}/${name}`);
    }
    await sleep(lookAgainMs, undefined, { signal: session.signal });
  }
  return found.toSorted(bySuitability(forLogs));
}

/** Between two looks for the first pod of a workload. */
const lookAgainMs = 500;

function subject(
  resources: readonly ApiResource[],
  pods: ApiResource,
  args: readonly string[],
): { resource: ApiResource; name: string } {
  const [first = '', second] = args;
  if (second !== undefined && !first.includes('/')) {
    return { resource: requireResource(resources, first), name: second };
  }
  const selection = parseSelection([first]);
  if (selection.kind !== 'pairs') return { resource: pods, name: first };
  const [pair] = selection.pairs;
  return {
    resource: findByWord(resources, pair?.type ?? '') ?? requireResource(resources, pair?.type ?? ''),
    name: pair?.name ?? '',
  };
}

/** The label selector of a workload or Service, as text; undefined when it has none. */
export function selectorOf(object: Unstructured): string | undefined {
  const selector = field(object, 'spec', 'selector');
  if (typeof selector !== 'object' || selector === null) return undefined;
  const typed = selector as LabelSelector;
  const plain =
    typed.matchLabels || typed.matchExpressions ? (typed.matchLabels ?? {}) : (selector as Record<string, string>);
  const parts = Object.entries(plain).map(([key, value]) => `${key}=${value}`);
  for (const { key, operator, values = [] } of typed.matchExpressions ?? []) {
    if (operator === 'Exists') parts.push(key);
    else if (operator === 'DoesNotExist') parts.push(`!${key}`);
    else parts.push(`${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`);
  }
  return parts.length === 0 ? undefined : parts.join(',');
}

/**
 * Which pod of several is taken, as kubectl sorts them: running before others, ready before unready, then the one that
 * has been ready longest. Among equals logs are read where most was restarted, and the rest is done where least was.
 */
function bySuitability(forLogs: boolean): (a: Pod, b: Pod) => number {
  const ready = (pod: Pod): string =>
    String(pod.status?.conditions?.find((c) => c.type === 'Ready' && c.status === 'True')?.lastTransitionTime ?? '~');
  // Pods that have ended count as running.
  const phase = (pod: Pod): number => Math.max(0, ['Running', 'Unknown', 'Pending'].indexOf(pod.status?.phase ?? ''));
  const restarts = (pod: Pod): number =>
    Math.max(0, ...(pod.status?.containerStatuses ?? []).map(({ restartCount }) => restartCount ?? 0));
  const order = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);
  const deleting = (pod: Pod): number => (forLogs || pod.metadata.deletionTimestamp === undefined ? 0 : 1);
  return (a, b) =>
    Number(!a.spec.nodeName) - Number(!b.spec.nodeName) ||
    phase(a) - phase(b) ||
    Number(ready(a) === '~') - Number(ready(b) === '~') ||
    deleting(a) - deleting(b) ||
    order(ready(a), ready(b)) ||
    (restarts(a) - restarts(b)) * (forLogs ? -1 : 1) ||
    order(String(a.metadata.creationTimestamp ?? '~'), String(b.metadata.creationTimestamp ?? '~'));
}

export const defaultContainerAnnotation = 'kubectl.kubernetes.io/default-container';

export interface NamedContainer {
  readonly name: string;
  readonly kind: 'container' | 'init' | 'ephemeral';
}

export function containersOf(pod: Pod): NamedContainer[] {
  const named = (
    list: readonly Pick<Container, 'name'>[] | undefined,
    kind: NamedContainer['kind'],
  ): NamedContainer[] => (list ?? []).map(({ name }) => ({ name, kind }));
  return [
    ...named(pod.spec.containers, 'container'),
    ...named(pod.spec.ephemeralContainers, 'ephemeral'),
    ...named(pod.spec.initContainers, 'init'),
  ];
}

function titleOf({ name, kind }: NamedContainer): string {
  return kind === 'container' ? name : `${name} (${kind === 'init' ? 'init' : 'ephem'})`;
}

/** The container that -c names, or the default one; `note` is told when there was a choice. */
export function chooseContainer(pod: Pod, asked: string, note: (text: string) => void): string {
  const all = containersOf(pod);
  if (asked) {
    if (!all.some((c) => c.name === asked)) {
      throw new CliError(
        `container ${asked} is not valid for pod ${pod.metadata.name} out of: ${all.map(titleOf).join(', ')}`,
      );
    }
    return asked;
  }
  const annotated = pod.metadata.annotations?.[defaultContainerAnnotation];
  if (annotated && all.some((c) => c.name === annotated)) return annotated;
  const [first] = all;
  if (!first) throw new CliError(`pod ${pod.metadata.name} has no containers`);
  if (all.length > 1) {
    note(`Defaulted container ${JSON.stringify(first.name)} out of: ${all.map(titleOf).join(', ')}\n`);
  }
  return first.name;
}

export function podPath(pod: Pod, subresource?: string): string {
  const resource = { group: '', version: 'v1', plural: 'pods', namespaced: true } as ApiResource;
  return resourcePath(resource, pod.metadata.namespace, pod.metadata.name, subresource);
}
