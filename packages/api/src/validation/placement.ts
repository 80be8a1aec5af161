import {
  fieldDuplicate,
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  isLabelValue,
} from '@wherry/apimachinery';
import type {
  Affinity,
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodAffinity,
  PodAffinityTerm,
  Taint,
  Toleration,
  TopologySpreadConstraint,
} from '../core/placement.ts';
import { labelSelector } from './label-selector.ts';
import { dnsLabel, dnsSubdomain, matching, oneOf, oneOfOrAbsent, qualifiedName, type Findings } from './value-rules.ts';

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const required = 'requiredDuringSchedulingIgnoredDuringExecution';
const preferred = 'preferredDuringSchedulingIgnoredDuringExecution';

export function* affinity(rules: Affinity | undefined, field: string): Findings {
  const node = rules?.nodeAffinity;
  if (node?.[required] !== undefined) yield* nodeSelector(node[required], `${field}.nodeAffinity.${required}`);
  for (const [index, term] of (node?.[preferred] ?? []).entries()) {
    const at = `${field}.nodeAffinity.${preferred}[${index}]`;
    yield* weight(term.weight, at);
    yield* nodeSelectorTerm(term.preference, `${at}.preference`);
  }
  yield* podAffinity(rules?.podAffinity, `${field}.podAffinity`);
  yield* podAffinity(rules?.podAntiAffinity, `${field}.podAntiAffinity`);
}

function* weight(value: number, at: string): Findings {
  if (value <= 0 || value > 100) yield fieldInvalid(`${at}.weight`, value, 'must be in the range 1-100');
}

export function* nodeSelector(selector: NodeSelector, field: string): Findings {
  const terms = `${field}.nodeSelectorTerms`;
  if (selector.nodeSelectorTerms.length === 0) yield fieldRequired(terms, 'must have at least one node selector term');
  for (const [index, term] of selector.nodeSelectorTerms.entries()) yield* nodeSelectorTerm(term, `${terms}[${index}]`);
}

function* nodeSelectorTerm(term: NodeSelectorTerm, field: string): Findings {
  for (const [index, requirement] of (term.matchExpressions ?? []).entries()) {
    yield* nodeRequirement(requirement, `${field}.matchExpressions[${index}]`);
  }
  for (const [index, requirement] of (term.matchFields ?? []).entries()) {
    yield* nodeFieldRequirement(requirement, `${field}.matchFields[${index}]`);
  }
}

function* nodeRequirement({ key, operator, values = [] }: NodeSelectorRequirement, field: string): Findings {
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0) {
        yield fieldRequired(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
      }
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) {
        yield fieldForbidden(`${field}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
      }
      break;
    case 'Gt':
    case 'Lt':
      if (values.length !== 1) {
        yield fieldRequired(`${field}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'");
      }
      break;
    default:
      yield fieldInvalid(`${field}.operator`, operator, 'not a valid selector operator');
  }
  yield* qualifiedName(key, `${field}.key`);
  for (const [i, value] of values.entries()) yield* matching(isLabelValue(value), value, `${field}.values[${i}]`);
}

function* nodeFieldRequirement({ key, operator, values = [] }: NodeSelectorRequirement, field: string): Findings {
  if (operator !== 'In' && operator !== 'NotIn') {
    yield fieldInvalid(`${field}.operator`, operator, 'not a valid selector operator');
  } else if (values.length !== 1) {
    const detail = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
    yield fieldRequired(`${field}.values`, detail);
  }
  if (key !== 'metadata.name') yield fieldInvalid(`${field}.key`, key, 'not a valid field selector key');
  else for (const [i, value] of values.entries()) yield* dnsSubdomain(value, `${field}.values[${i}]`);
}

function* podAffinity(rules: PodAffinity | undefined, field: string): Findings {
  for (const [index, term] of (rules?.[required] ?? []).entries()) {
    yield* podAffinityTerm(term, `${field}.${required}[${index}]`);
  }
  for (const [index, term] of (rules?.[preferred] ?? []).entries()) {
    const at = `${field}.${preferred}[${index}]`;
    yield* weight(term.weight, at);
    yield* podAffinityTerm(term.podAffinityTerm, `${at}.podAffinityTerm`);
  }
}

function* podAffinityTerm(term: PodAffinityTerm, field: string): Findings {
  yield* labelSelector(term.labelSelector, `${field}.labelSelector`);
  yield* labelSelector(term.namespaceSelector, `${field}.namespaceSelector`);
  for (const name of term.namespaces ?? []) yield* dnsLabel(name, `${field}.namespace`);
  if (term.topologyKey === '') yield fieldRequired(`${field}.topologyKey`, 'can not be empty');
  yield* qualifiedName(term.topologyKey, `${field}.topologyKey`);
}

export function* tolerations(list: readonly Toleration[], field: string): Findings {
  for (const [index, toleration] of list.entries()) {
    const at = `${field}[${index}]`;
    const { key = '', operator = '', value = '', effect = '' } = toleration;
    if (key !== '') yield* qualifiedName(key, `${at}.key`);
    if (key === '' && operator !== 'Exists') {
      const detail = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
      yield fieldInvalid(`${at}.operator`, operator, detail);
    }
    if (toleration.tolerationSeconds !== undefined && effect !== 'NoExecute') {
      yield fieldInvalid(`${at}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set");
    }
    yield* tolerationValue(operator, value, `${at}.operator`);
    if (effect !== '') yield* oneOfOrAbsent(effect, effects, `${at}.effect`);
  }
}

function* tolerationValue(operator: string, value: string, field: string): Findings {
  if (operator === 'Exists') {
    if (value !== '') yield fieldInvalid(field, value, "value must be empty when `operator` is 'Exists'");
  } else if (operator === 'Equal' || operator === '') {
    const messages = isLabelValue(value);
    if (messages.length > 0) yield fieldInvalid(field, value, messages.join(';'));
  } else {
    yield fieldNotSupported(field, operator, ['Equal', 'Exists']);
  }
}

export function* taints(list: readonly Taint[], field: string): Findings {
  const seen = new Set<string>();
  for (const [index, taint] of list.entries()) {
    const at = `${field}[${index}]`;
    yield* qualifiedName(taint.key, `${at}.key`);
    const messages = isLabelValue(taint.value ?? '');
    if (messages.length > 0) yield fieldInvalid(`${at}.value`, taint.value, messages.join(';'));
    yield* oneOf(taint.effect, effects, `${at}.effect`);
    const key = `${taint.effect}/${taint.key}`;
    if (seen.has(key)) {
      yield { ...fieldDuplicate(at, taint), detail: 'taints must be unique by key and effect pair' };
    }
    seen.add(key);
  }
}

export function* topologySpread(list: readonly TopologySpreadConstraint[], field: string): Findings {
  const seen = new Set<string>();
  for (const [index, constraint] of list.entries()) {
    const at = `${field}[${index}]`;
    const { maxSkew, topologyKey, whenUnsatisfiable, minDomains } = constraint;
    if (maxSkew <= 0) yield fieldInvalid(`${at}.maxSkew`, maxSkew, 'must be greater than zero');
    if (topologyKey === '') yield fieldRequired(`${at}.topologyKey`, 'can not be empty');
    else yield* qualifiedName(topologyKey, `${at}.topologyKey`);
    if (!['DoNotSchedule', 'ScheduleAnyway'].includes(whenUnsatisfiable)) {
      yield fieldNotSupported(`${at}.whenUnsatisfiable`, whenUnsatisfiable, ['DoNotSchedule', 'ScheduleAnyway']);
    }
    const pair = `{${topologyKey}, ${whenUnsatisfiable}}`;
    if (seen.has(pair)) yield fieldDuplicate(`${at}.{topologyKey, whenUnsatisfiable}`, pair);
    seen.add(pair);
    if (minDomains !== undefined && minDomains <= 0) {
      yield fieldInvalid(`${at}.minDomains`, minDomains, 'must be greater than zero');
    }
    if (minDomains !== undefined && whenUnsatisfiable !== 'DoNotSchedule') {
      const detail = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`;
      yield fieldInvalid(`${at}.minDomains`, minDomains, detail);
    }
    yield* oneOfOrAbsent(constraint.nodeAffinityPolicy, ['Honor', 'Ignore'], `${at}.nodeAffinityPolicy`);
    yield* oneOfOrAbsent(constraint.nodeTaintsPolicy, ['Honor', 'Ignore'], `${at}.nodeTaintsPolicy`);
    yield* labelSelector(constraint.labelSelector, `${at}.labelSelector`);
  }
}
