import {
  compareQuantities,
  fieldForbidden,
  fieldInvalid,
  fieldRequired,
  isQualifiedName,
  parseQuantity,
} from '@wherry/apimachinery';
import type { ResourceRequirements } from '../core/container.ts';
import { matching, type Findings } from './value-rules.ts';

const standard = new Set(['cpu', 'memory', 'ephemeral-storage']);
const isHugePages = (name: string): boolean => name.startsWith('hugepages-');
/** Everything but cpu, memory and storage is counted in whole units and never handed out twice. */
const isNative = (name: string): boolean => standard.has(name);

export function* resourceRequirements(resources: ResourceRequirements | undefined, field: string): Findings {
  const { limits = {}, requests = {} } = resources ?? {};
  for (const [name, amount] of Object.entries(limits)) {
    yield* resourceName(name, `${field}.limits`);
    yield* resourceAmount(name, amount, `${field}.limits[${name}]`);
  }
  for (const [name, amount] of Object.entries(requests)) {
    yield* resourceName(name, `${field}.requests`);
    yield* resourceAmount(name, amount, `${field}.requests[${name}]`);
    const limit = Object.hasOwn(limits, name) ? limits[name] : undefined;
    if (limit !== undefined) {
      if (!isNative(name) && compareQuantities(amount, limit) !== 0) {
        yield fieldInvalid(`${field}.requests`, amount, `must be equal to ${name} limit of ${limit}`);
      } else if (compareQuantities(amount, limit) > 0) {
        yield fieldInvalid(`${field}.requests`, amount, `must be less than or equal to ${name} limit of ${limit}`);
      }
    } else if (!isNative(name)) {
      yield fieldRequired(`${field}.limits`, 'Limit must be set for non overcommitable resources');
    }
  }
  const all = [...Object.keys(limits), ...Object.keys(requests)];
  if (all.some(isHugePages) && !all.some((name) => name === 'cpu' || name === 'memory')) {
    yield fieldForbidden(field, 'HugePages require cpu or memory');
  }
}

/** A name of what a container can ask for. */
export function* resourceName(name: string, field: string): Findings {
  const messages = isQualifiedName(name);
  yield* matching(messages, name, field);
  if (messages.length === 0 && !name.includes('/') && !standard.has(name) && !isHugePages(name)) {
    yield fieldInvalid(field, name, 'must be a standard resource type or fully qualified');
    yield fieldInvalid(field, name, 'must be a standard resource for containers');
  }
}

/** An amount of any resource list: of containers, nodes, overheads. */
export function* resourceAmount(name: string, amount: string, field: string): Findings {
  const { nano } = parseQuantity(amount);
  if (nano < 0n) yield fieldInvalid(field, amount, 'must be greater than or equal to 0');
  if (!isNative(name) && nano % 1_000_000_000n !== 0n) yield fieldInvalid(field, amount, 'must be an integer');
}
