import type { Container, PodSpec } from '@wherry/api';
import type { ObjectMeta } from '@wherry/apimachinery';

/** What a check has against a pod: upstream's reason, and the detail that stands behind it in brackets. */
export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

export interface Subject {
  readonly metadata: Pick<ObjectMeta, 'annotations'>;
  readonly spec: PodSpec;
  readonly containers: readonly AnyContainer[];
}
export type AnyContainer = Pick<
  Container,
  'name' | 'ports' | 'securityContext' | 'livenessProbe' | 'readinessProbe' | 'startupProbe' | 'lifecycle'
>;

export interface Check {
  /** The minor version of Kubernetes 1 since which it holds. */
  readonly since: number;
  find(pod: Subject, minor: number): Violation | undefined;
}

export const quoted = (names: readonly string[]): string => names.map((name) => JSON.stringify(name)).join(', ');
export const distinct = (values: readonly string[]): string[] =>
  [...new Set(values)].toSorted((a, b) => (a < b ? -1 : 1));
export const these = (names: readonly string[]): string =>
  `${names.length === 1 ? 'container' : 'containers'} ${quoted(names)}`;
export const namesOf = (containers: readonly AnyContainer[]): string[] => containers.map(({ name }) => name);

/** The containers that fail, as upstream words them; undefined when none does. */
export function each(
  { containers }: Subject,
  reason: string,
  fails: (container: AnyContainer) => boolean,
  what: string,
): Violation | undefined {
  const bad = namesOf(containers.filter(fails));
  return bad.length === 0 ? undefined : { reason, detail: `${these(bad)} ${what}` };
}

/** `pod`, and the containers that fail: who sets what must not be set. */
export function setters(podFails: boolean, bad: readonly string[]): string {
  return [...(podFails ? ['pod'] : []), ...(bad.length > 0 ? [these(bad)] : [])].join(' and ');
}
