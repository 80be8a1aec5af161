import { fieldDuplicate, fieldForbidden, isDns1123Label, isDns1123Subdomain } from '@wherry/apimachinery';
import type { RuntimeClass } from '../node/runtime-class.ts';
import { systemPriorityClasses, type PriorityClass } from '../scheduling/priority-class.ts';
import { resourceRequirements } from './container-resources.ts';
import { validateImmutable, validateLabels } from './metadata.ts';
import { tolerations } from './placement.ts';
import type { Validator } from './validator.ts';
import { matching, oneOf, type Findings } from './value-rules.ts';

const highestUserPriority = 1_000_000_000;

function* priorityClass(object: PriorityClass): Findings {
  const { name } = object.metadata;
  const value = object.value ?? 0;
  if (name?.startsWith('system-')) {
    const why = unlikeSystemClass(object);
    if (why !== undefined) {
      const detail = `priority class names with 'system-' prefix are reserved for system use only. error: ${why}`;
      yield fieldForbidden('metadata.name', detail);
    }
  } else if (value > highestUserPriority) {
    const detail = `maximum allowed value of a user defined priority is ${highestUserPriority}`;
    yield fieldForbidden('value', detail);
  }
  yield* oneOf(object.preemptionPolicy, ['PreemptLowerPriority', 'Never'], 'preemptionPolicy');
}

function unlikeSystemClass(object: PriorityClass): string | undefined {
  const { name } = object.metadata;
  const known = systemPriorityClasses.find((candidate) => candidate.name === name);
  if (known === undefined) return `${name} is not a known system priority class`;
  if ((object.value ?? 0) !== known.value) return `value of ${name} PriorityClass must be ${known.value}`;
  return object.globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}

function* priorityClassUpdate(object: PriorityClass, old: PriorityClass): Findings {
  if ((object.value ?? 0) !== (old.value ?? 0)) yield fieldForbidden('value', 'may not be changed in an update.');
  yield* validateImmutable(object.preemptionPolicy, old.preemptionPolicy, 'preemptionPolicy');
}

function* runtimeClass(object: RuntimeClass): Findings {
  yield* matching(isDns1123Label(object.handler), object.handler, 'handler');
  const limits = object.overhead?.podFixed;
  if (limits !== undefined) yield* resourceRequirements({ limits }, 'overhead');
  const { scheduling } = object;
  if (scheduling === undefined) return;
  yield* validateLabels(scheduling.nodeSelector, 'scheduling.nodeSelector');
  const list = scheduling.tolerations ?? [];
  yield* tolerations(list, 'scheduling.tolerations');
  const seen = new Set<string>();
  for (const [index, toleration] of list.entries()) {
    const { key, operator, value, effect, tolerationSeconds } = toleration;
    const same = JSON.stringify([key, operator, value, effect, tolerationSeconds]);
    if (seen.has(same)) yield fieldDuplicate(`scheduling.tolerations[${index}]`, toleration);
    seen.add(same);
  }
}

function* runtimeClassUpdate(object: RuntimeClass, old: RuntimeClass): Findings {
  yield* validateImmutable(object.handler, old.handler, 'handler');
}

export const schedulingValidators: Readonly<Record<string, Validator>> = {
  'scheduling.k8s.io/PriorityClass': { name: isDns1123Subdomain, create: priorityClass, update: priorityClassUpdate },
  'node.k8s.io/RuntimeClass': { name: isDns1123Subdomain, create: runtimeClass, update: runtimeClassUpdate },
};
