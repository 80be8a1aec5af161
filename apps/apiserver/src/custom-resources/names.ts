import type { CustomResourceDefinition, CustomResourceDefinitionNames } from '@wherry/api';
import { deepEqual } from '@wherry/apimachinery';
import { findCondition, withCondition } from './conditions.ts';

type Status = NonNullable<CustomResourceDefinition['status']>;

/**
 * Whether a definition may have the names that it asks for, beside the others of its group.
 * @returns its status with acceptedNames and the conditions NamesAccepted and Established; undefined when nothing changes
 */
export function settleNames(
  definition: CustomResourceDefinition,
  all: readonly CustomResourceDefinition[],
  now: string,
): Status | undefined {
  const { spec, status } = definition;
  const before = status?.acceptedNames;
  if (deepEqual(spec.names, before)) return undefined;
  const others = all.filter(
    (other) => other.spec.group === spec.group && other.metadata.uid !== definition.metadata.uid,
  );
  const { accepted, conflict } = acceptNames(spec.names, before, takenBy(others));
  const fine = conflict === undefined;
  let conditions = withCondition(
    status?.conditions,
    {
      type: 'NamesAccepted',
      status: fine ? 'True' : 'False',
      reason: conflict?.reason ?? 'NoConflicts',
      message: conflict?.message ?? 'no conflicts found',
    },
    now,
  );
  if (findCondition(definition, 'Established')?.status !== 'True') {
    conditions = withCondition(
      conditions,
      {
        type: 'Established',
        status: 'False',
        reason: fine ? 'Installing' : 'NotAccepted',
        message: fine ? 'the initial names have been accepted' : 'not all names are accepted',
      },
      now,
    );
  }
  const next: Status = { ...status, acceptedNames: accepted, conditions };
  return deepEqual(next, status) ? undefined : next;
}

interface Taken {
  resources: ReadonlySet<string>;
  kinds: ReadonlySet<string>;
}

function takenBy(others: readonly CustomResourceDefinition[]): Taken {
  const resources = new Set<string>();
  const kinds = new Set<string>();
  for (const { status } of others) {
    const names = status?.acceptedNames;
    if (names === undefined) continue;
    for (const name of [names.plural, names.singular, ...(names.shortNames ?? [])]) if (name) resources.add(name);
    for (const kind of [names.kind, names.listKind]) if (kind) kinds.add(kind);
  }
  return { resources, kinds };
}

/** The names that could be had; of several conflicts the last one is told, as upstream does. */
function acceptNames(
  wanted: CustomResourceDefinitionNames,
  before: CustomResourceDefinitionNames | undefined,
  taken: Taken,
) {
  const accepted: CustomResourceDefinitionNames = { ...(before ?? { plural: '', kind: '' }) };
  let conflict: { reason: string; message: string } | undefined;
  const inUse = (name: string) => `${JSON.stringify(name)} is already in use`;
  const settle = (field: 'plural' | 'singular' | 'kind' | 'listKind', used: ReadonlySet<string>, reason: string) => {
    const name = wanted[field];
    if (name !== undefined && name !== before?.[field] && used.has(name)) conflict = { reason, message: inUse(name) };
    else accepted[field] = name as string;
  };
  settle('plural', taken.resources, 'PluralConflict');
  settle('singular', taken.resources, 'SingularConflict');
  const own = new Set(before?.shortNames ?? []);
  const lost = (wanted.shortNames ?? []).filter((name) => !own.has(name) && taken.resources.has(name));
  if (lost.length > 0) conflict = { reason: 'ShortNamesConflict', message: shortNames(lost.map(inUse)) };
  else accepted.shortNames = wanted.shortNames;
  settle('kind', taken.kinds, 'KindConflict');
  settle('listKind', taken.kinds, 'ListKindConflict');
  accepted.categories = wanted.categories;
  return { accepted, conflict };
}

function shortNames(messages: readonly string[]): string {
  return messages.length === 1 ? messages[0]! : `[${messages.join(', ')}]`;
}
