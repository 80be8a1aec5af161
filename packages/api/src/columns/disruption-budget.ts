import type { PodDisruptionBudget } from '../policy/pod-disruption-budget.ts';
import type { Column } from '../resource.ts';
import { ageColumn, nameColumn } from './age.ts';
import { column } from './text-column.ts';

export const disruptionBudgetColumns: readonly Column<PodDisruptionBudget>[] = [
  nameColumn,
  column('Min Available', 'How many pods must stay.', ({ spec }) => String(spec.minAvailable ?? 'N/A')),
  column('Max Unavailable', 'How many pods may be missing.', ({ spec }) => String(spec.maxUnavailable ?? 'N/A')),
  column(
    'Allowed Disruptions',
    'How many pods may be evicted now.',
    ({ status }) => status?.disruptionsAllowed ?? 0,
    'integer',
  ),
  ageColumn,
];
