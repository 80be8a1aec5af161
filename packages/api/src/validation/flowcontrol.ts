import {
  fieldDuplicate,
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  isDns1123Subdomain,
} from '@wherry/apimachinery';
import type { FlowSchema, FlowSchemaStatus, PolicyRulesWithSubjects } from '../flowcontrol/flow-schema.ts';
import type {
  LimitedPriorityLevelConfiguration,
  LimitResponse,
  PriorityLevelConfiguration,
  QueuingConfiguration,
} from '../flowcontrol/priority-level-configuration.ts';
import { flowSubject, nonResourceRule, resourceRule } from './flow-rules.ts';
import type { Validator } from './validator.ts';
import { dnsSubdomain, type Findings } from './value-rules.ts';

const maxPrecedence = 10_000;
const maxQueues = 10_000_000;
const maxHashBits = 60;

function* flowSchema({ metadata, spec, status }: FlowSchema): Findings {
  const precedence = spec.matchingPrecedence ?? 0;
  const field = 'spec.matchingPrecedence';
  if (precedence <= 0) yield fieldInvalid(field, precedence, 'must be a positive value');
  if (precedence > maxPrecedence) yield fieldInvalid(field, precedence, `must not be greater than ${maxPrecedence}`);
  if (precedence === 1 && metadata.name !== 'exempt') {
    yield fieldInvalid(field, precedence, "only the schema named 'exempt' may have matchingPrecedence 1");
  }
  const method = spec.distinguisherMethod;
  if (method !== undefined && method.type !== 'ByNamespace' && method.type !== 'ByUser') {
    yield fieldNotSupported('spec.distinguisherMethod.type', method, ['ByNamespace', 'ByUser']);
  }
  const level = spec.priorityLevelConfiguration?.name ?? '';
  const reference = 'spec.priorityLevelConfiguration.name';
  if (level === '') yield fieldRequired(reference, 'must reference a priority level');
  else yield* dnsSubdomain(level, reference);
  for (const [index, rule] of (spec.rules ?? []).entries()) yield* ruleParts(rule, `spec.rules[${index}]`);
  yield* conditions(status);
}

function* ruleParts(rule: PolicyRulesWithSubjects, field: string): Findings {
  const { subjects, resourceRules = [], nonResourceRules = [] } = rule;
  if (subjects.length === 0) yield fieldRequired(`${field}.subjects`, 'subjects must contain at least one value');
  for (const [index, subject] of subjects.entries()) yield* flowSubject(subject, `${field}.subjects[${index}]`);
  if (resourceRules.length === 0 && nonResourceRules.length === 0) {
    yield fieldRequired(field, 'at least one of resourceRules and nonResourceRules has to be non-empty');
  }
  for (const [index, item] of resourceRules.entries()) yield* resourceRule(item, `${field}.resourceRules[${index}]`);
  for (const [index, item] of nonResourceRules.entries()) {
    yield* nonResourceRule(item, `${field}.nonResourceRules[${index}]`);
  }
}

function* conditions(status: FlowSchemaStatus | undefined): Findings {
  const types = new Set<string>();
  for (const [index, { type = '' }] of (status?.conditions ?? []).entries()) {
    const at = `status.conditions[${index}].type`;
    if (types.has(type)) yield fieldDuplicate(at, type);
    types.add(type);
    if (type === '') yield fieldRequired(at, 'must not be empty');
  }
}

function* priorityLevel({ metadata, spec, status }: PriorityLevelConfiguration): Findings {
  const { type, limited, exempt } = spec;
  if ((metadata.name === 'exempt') !== (type === 'Exempt')) {
    yield fieldInvalid('spec.type', type, "type must be 'Exempt' if and only if name is 'exempt'");
  }
  if (type === 'Exempt') {
    if (limited !== undefined) yield fieldForbidden('spec.limited', 'must be nil if the type is not Limited');
    yield* shares(exempt ?? {}, 'spec.exempt');
  } else if (type === 'Limited') {
    if (exempt !== undefined) yield fieldForbidden('spec.exempt', 'must be nil if the type is Limited');
    if (limited === undefined) yield fieldRequired('spec.limited', 'must not be empty when type is Limited');
    else yield* limitedLevel(limited, 'spec.limited');
  } else yield fieldNotSupported('spec.type', type, ['Exempt', 'Limited']);
  yield* conditions(status);
}

interface Shares {
  nominalConcurrencyShares?: number | undefined;
  lendablePercent?: number | undefined;
}

function* shares({ nominalConcurrencyShares: nominal = 0, lendablePercent: lendable = 0 }: Shares, field: string) {
  if (nominal < 0) {
    yield fieldInvalid(`${field}.nominalConcurrencyShares`, nominal, 'must be a non-negative integer');
  }
  if (lendable < 0 || lendable > 100) {
    yield fieldInvalid(`${field}.lendablePercent`, lendable, 'must be between 0 and 100, inclusive');
  }
}

function* limitedLevel(limited: LimitedPriorityLevelConfiguration, field: string): Findings {
  yield* shares(limited, field);
  const { borrowingLimitPercent: borrowed } = limited;
  if (borrowed !== undefined && borrowed < 0) {
    yield fieldInvalid(`${field}.borrowingLimitPercent`, borrowed, 'if specified, must be a non-negative integer');
  }
  yield* limitResponse(limited.limitResponse, `${field}.limitResponse`);
}

function* limitResponse(response: LimitResponse | undefined, field: string): Findings {
  const type = response?.type ?? '';
  const at = `${field}.queuing`;
  if (type === 'Reject') {
    if (response?.queuing !== undefined) {
      yield fieldForbidden(at, 'must be nil if limited.limitResponse.type is not Limited');
    }
  } else if (type === 'Queue') {
    if (response?.queuing === undefined) {
      yield fieldRequired(at, 'must not be empty if limited.limitResponse.type is Limited');
    } else yield* queuingRules(response.queuing, at);
  } else yield fieldNotSupported(`${field}.type`, type, ['Queue', 'Reject']);
}

function* queuingRules(queuing: QueuingConfiguration, field: string): Findings {
  const { queues = 0, handSize = 0, queueLengthLimit = 0 } = queuing;
  if (queueLengthLimit <= 0) yield fieldInvalid(`${field}.queueLengthLimit`, queueLengthLimit, 'must be positive');
  if (queues <= 0) yield fieldInvalid(`${field}.queues`, queues, 'must be positive');
  else if (queues > maxQueues) yield fieldInvalid(`${field}.queues`, queues, `must not be greater than ${maxQueues}`);
  const at = `${field}.handSize`;
  if (handSize <= 0) yield fieldInvalid(at, handSize, 'must be positive');
  else if (handSize > queues) yield fieldInvalid(at, handSize, `should not be greater than queues (${queues})`);
  else if (requiredEntropyBits(queues, handSize) > maxHashBits) {
    const detail = `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${maxHashBits}`;
    yield fieldInvalid(at, handSize, detail);
  }
}

/** How many bits of a hash it takes to deal a hand from the deck (shuffle sharding). */
function requiredEntropyBits(deckSize: number, handSize: number): number {
  return Math.ceil(Math.log2(deckSize) * handSize);
}

function* conditionsOf({ status }: FlowSchema | PriorityLevelConfiguration): Findings {
  yield* conditions(status);
}

export const flowcontrolValidators: Readonly<Record<string, Validator>> = {
  'flowcontrol.apiserver.k8s.io/FlowSchema': { name: isDns1123Subdomain, create: flowSchema, status: conditionsOf },
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration': {
    name: isDns1123Subdomain,
    create: priorityLevel,
    status: conditionsOf,
  },
};
