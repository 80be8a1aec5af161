import { disruptionBudgetColumns } from '../columns/disruption-budget.ts';
import { PodDisruptionBudget } from '../policy/pod-disruption-budget.ts';
import type { Resource } from '../resource.ts';
import { namespacedV1, metadataFields } from './fields.ts';

const common = { ...namespacedV1, group: 'policy' } as const;

export const podDisruptionBudgets: Resource<PodDisruptionBudget> = {
  ...common,
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  singular: 'poddisruptionbudget',
  shortNames: ['pdb'],
  schema: PodDisruptionBudget,
  subresources: ['status'],
  columns: disruptionBudgetColumns,
  selectableFields: metadataFields,
};
