import type { CustomResourceDefinition, CustomResourceDefinitionCondition } from '@wherry/api';

type Condition = CustomResourceDefinitionCondition;

export function findCondition(definition: CustomResourceDefinition, type: string): Condition | undefined {
  return definition.status?.conditions?.find((condition) => condition.type === type);
}

export function isTrue(definition: CustomResourceDefinition, type: string): boolean {
  return findCondition(definition, type)?.status === 'True';
}

/** The conditions with one of them set; its time moves when its status does. The list given is not changed. */
export function withCondition(
  conditions: readonly Condition[] | undefined,
  condition: Condition,
  now: string,
): Condition[] {
  const list = conditions ?? [];
  const before = list.find(({ type }) => type === condition.type);
  const lastTransitionTime = before?.status === condition.status ? (before.lastTransitionTime ?? now) : now;
  const { type, status, reason, message } = condition;
  const next: Condition = { lastTransitionTime, message, reason, status, type };
  return before === undefined ? [...list, next] : list.map((each) => (each === before ? next : each));
}

/** As upstream with several apiservers: until then the others serve it too, so that what is established is so everywhere. */
const ESTABLISH_AFTER_MS = 5_000;

/** How long to wait before a definition whose names are accepted is said to be established. */
export function establishInMs(definition: CustomResourceDefinition, nowMs: number): number {
  const accepted = findCondition(definition, 'NamesAccepted')?.lastTransitionTime;
  const sinceMs = accepted === undefined ? nowMs : Date.parse(accepted);
  // Clocks of hosts differ.
  return Math.min(ESTABLISH_AFTER_MS, Math.max(0, sinceMs + ESTABLISH_AFTER_MS - nowMs));
}
