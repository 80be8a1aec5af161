import { priorityClasses, systemPriorityClasses } from '@wherry/api';
import type { Registry } from '../registry/registry.ts';
import { createMissing } from './create-missing.ts';

/** Makes the classes of the pods that a cluster cannot be without. */
export async function ensureSystemPriorityClasses(registry: Registry, now: Date): Promise<void> {
  const classes = systemPriorityClasses.map(({ name, value, description }) => {
    return createMissing(registry, priorityClasses, { metadata: { name }, value, description }, now);
  });
  await Promise.all(classes);
}
