import type { ControllerRevision, PodTemplateSpec } from '@wherry/api';
import { CliError } from '../cli/errors.ts';
import { field, type Unstructured } from '../resources/unstructured.ts';

/** A revision of a DaemonSet or StatefulSet; their controllers keep them as ControllerRevisions. */
export interface KeptRevision {
  readonly revision: number;
  readonly changeCause: string;
  readonly object: ControllerRevision;
}

/** The revisions of an object, oldest first. */
export function keptRevisionsOf(owner: Unstructured, all: readonly ControllerRevision[]): KeptRevision[] {
  return all
    .filter((r) => r.metadata.ownerReferences?.some((o) => o.uid === owner.metadata.uid && o.controller))
    .map((object) => ({
      object,
      revision: Number(object.revision),
      changeCause: object.metadata.annotations?.['kubernetes.io/change-cause'] || '<none>',
    }))
    .toSorted((a, b) => a.revision - b.revision);
}

/** The pod template that a revision holds. */
export function keptTemplate({ object }: KeptRevision): PodTemplateSpec {
  const { $patch: _, ...template } = (field(object, 'data', 'spec', 'template') ?? {}) as { $patch?: string };
  return template as unknown as PodTemplateSpec;
}

/** The revision that an undo goes to: the one asked for, or the one before the newest. */
export function keptRevisionToRestore(revisions: readonly KeptRevision[], wanted: number): KeptRevision {
  if (wanted > 0) {
    const found = revisions.find((r) => r.revision === wanted);
    if (!found) throw new CliError(`unable to find specified revision ${wanted} in history`);
    return found;
  }
  const previous = revisions.at(-2);
  if (!previous) throw new CliError('no last revision to roll back to');
  return previous;
}
