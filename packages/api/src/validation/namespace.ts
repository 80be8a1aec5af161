import { fieldInvalid } from '@wherry/apimachinery';
import type { Namespace } from '../core/namespace.ts';
import { qualifiedName, type Findings } from './value-rules.ts';

export function* namespace({ spec }: Namespace): Findings {
  for (const name of spec.finalizers ?? []) {
    yield* qualifiedName(name, 'spec.finalizers');
    if (!name.includes('/') && name !== 'kubernetes') {
      yield fieldInvalid(
        'spec.finalizers',
        name,
        'name is neither a standard finalizer name nor is it fully qualified',
      );
    }
  }
}

export function* namespaceStatus({ metadata, status }: Namespace): Findings {
  const phase = status?.phase;
  if (metadata.deletionTimestamp === undefined && phase !== 'Active') {
    yield fieldInvalid('status.Phase', phase, "may only be 'Active' if `deletionTimestamp` is empty");
  }
  if (metadata.deletionTimestamp !== undefined && phase !== 'Terminating') {
    yield fieldInvalid('status.Phase', phase, "may only be 'Terminating' if `deletionTimestamp` is not empty");
  }
}
