import { formatLabelSelector, type KubeObject } from '@wherry/apimachinery';
import type { MutatingAdmissionPolicyBinding } from '../admissionregistration/admission-policy-binding.ts';
import type {
  MutatingAdmissionPolicy,
  ValidatingAdmissionPolicy,
  ParamKind,
} from '../admissionregistration/admission-policy.ts';
import type { APIService } from '../apiregistration/api-service.ts';
import { getCondition } from '../facts/condition.ts';
import type { FlowSchema } from '../flowcontrol/flow-schema.ts';
import type { PriorityLevelConfiguration } from '../flowcontrol/priority-level-configuration.ts';
import type { Column } from '../resource.ts';
import { ageColumn, nameColumn } from './age.ts';
import { column } from './text-column.ts';

export const webhookColumns: readonly Column<KubeObject & { webhooks?: readonly unknown[] | undefined }>[] = [
  nameColumn,
  column('Webhooks', 'How many webhooks it has.', ({ webhooks }) => webhooks?.length ?? 0, 'integer'),
  ageColumn,
];

export const validatingPolicyColumns: readonly Column<ValidatingAdmissionPolicy>[] = [
  nameColumn,
  column('Validations', 'How many validations it has.', ({ spec }) => spec?.validations?.length ?? 0, 'integer'),
  column('ParamKind', 'The kind of its parameters.', ({ spec }) => paramKind(spec?.paramKind)),
  ageColumn,
];

export const mutatingPolicyColumns: readonly Column<MutatingAdmissionPolicy>[] = [
  nameColumn,
  column('Mutations', 'How many mutations it has.', ({ spec }) => spec?.mutations?.length ?? 0, 'integer'),
  column('ParamKind', 'The kind of its parameters.', ({ spec }) => paramKind(spec?.paramKind)),
  ageColumn,
];

type Binding = Pick<MutatingAdmissionPolicyBinding, 'metadata' | 'spec'>;

export const policyBindingColumns: readonly Column<Binding>[] = [
  nameColumn,
  column('PolicyName', 'The policy it puts to work.', ({ spec }) => spec?.policyName ?? ''),
  column('ParamRef', 'The parameters it gives the policy.', paramRef),
  ageColumn,
];

export const flowSchemaColumns: readonly Column<FlowSchema>[] = [
  nameColumn,
  column(
    'PriorityLevel',
    'The level its requests have.',
    ({ spec }) => spec?.priorityLevelConfiguration?.name || '<none>',
  ),
  column('MatchingPrecedence', 'Lower ones are asked first.', ({ spec }) => spec?.matchingPrecedence ?? 0),
  column('DistinguisherMethod', 'What its flows differ in.', ({ spec }) => spec?.distinguisherMethod?.type ?? '<none>'),
  ageColumn,
  column('MissingPL', 'Whether its level does not exist.', ({ status }) => {
    return status?.conditions?.find(({ type }) => type === 'Dangling')?.status || '?';
  }),
];

export const priorityLevelColumns: readonly Column<PriorityLevelConfiguration>[] = [
  nameColumn,
  column('Type', 'Exempt or Limited.', ({ spec }) => spec?.type ?? ''),
  column(
    'NominalConcurrencyShares',
    'Its share of the seats.',
    ({ spec }) => spec?.limited?.nominalConcurrencyShares ?? '<none>',
  ),
  column('Queues', 'How many queues it has.', ({ spec }) => queuing(spec)?.queues ?? '<none>'),
  column('HandSize', 'Among how many queues a flow chooses.', ({ spec }) => queuing(spec)?.handSize ?? '<none>'),
  column('QueueLengthLimit', 'How long a queue gets.', ({ spec }) => queuing(spec)?.queueLengthLimit ?? '<none>'),
  ageColumn,
];

export const apiServiceColumns: readonly Column<APIService>[] = [
  nameColumn,
  column('Service', 'Who serves it.', ({ spec }) =>
    spec?.service === undefined ? 'Local' : `${spec.service.namespace ?? ''}/${spec.service.name ?? ''}`,
  ),
  column('Available', 'Whether it can be reached.', ({ status }) => {
    const condition = getCondition(status?.conditions, 'Available');
    if (condition === undefined) return 'Unknown';
    return condition.status === 'True' ? 'True' : `${condition.status} (${condition.reason ?? ''})`;
  }),
  ageColumn,
];

function paramKind(kind: ParamKind | undefined): string {
  return kind === undefined ? '<unset>' : `${kind.apiVersion ?? ''}/${kind.kind ?? ''}`;
}

function paramRef({ spec }: Binding): string {
  const reference = spec?.paramRef;
  if (reference?.name) return reference.namespace ? `${reference.namespace}/${reference.name}` : reference.name;
  return reference?.selector === undefined ? '<unset>' : formatLabelSelector(reference.selector);
}

function queuing(spec: PriorityLevelConfiguration['spec'] | undefined) {
  return spec?.limited?.limitResponse?.queuing;
}
