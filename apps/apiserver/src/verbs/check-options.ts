import {
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldTooLong,
  invalid,
  type FieldError,
} from '@wherry/apimachinery';
import { booleanOf } from '../http/query-values.ts';

const MAX_MANAGER_BYTES = 128;
const fieldValidations = ['Ignore', 'Strict', 'Warn'];
const policies = ['Background', 'Foreground', 'Orphan'];

type Kind = 'ListOptions' | 'CreateOptions' | 'UpdateOptions' | 'PatchOptions' | 'DeleteOptions';

/** Throws 422, as upstream does for the options of a request, which are objects too. */
function check(kind: Kind, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', kind }, '', errors);
}

/** dryRun, fieldManager, fieldValidation and force of a write. Throws 422. */
export function checkWriteOptions(kind: Kind, query: URLSearchParams, isApply = false): void {
  // Nearly all writes of controllers.
  if (query.size === 0 && !isApply) return;
  const errors = dryRunErrors(query.getAll('dryRun'));
  const manager = query.get('fieldManager') ?? '';
  if (isApply && manager === '')
    errors.unshift({ type: 'FieldValueRequired', field: 'fieldManager', detail: 'is required for apply patch' });
  else if (kind === 'PatchOptions' && !isApply && query.get('force') !== null)
    errors.unshift(fieldForbidden('force', 'may not be specified for non-apply patch'));
  if (Buffer.byteLength(manager) > MAX_MANAGER_BYTES) errors.push(fieldTooLong('fieldManager', MAX_MANAGER_BYTES));
  if (/[\p{Cc}\p{Cf}]/u.test(manager))
    errors.push(fieldInvalid('fieldManager', manager, 'should only contain printable characters'));
  const validation = query.get('fieldValidation') ?? '';
  if (validation !== '' && !fieldValidations.includes(validation))
    errors.push(fieldNotSupported('fieldValidation', validation, fieldValidations));
  check(kind, errors);
}

export interface CheckedDeleteOptions {
  propagationPolicy?: string | undefined;
  orphanDependents?: boolean | undefined;
  dryRun?: readonly string[] | undefined;
}

/** Throws 422. */
export function checkDeleteOptions(options: CheckedDeleteOptions): void {
  const { propagationPolicy: policy, orphanDependents } = options;
  const errors: FieldError[] = [];
  if (policy !== undefined && orphanDependents !== undefined)
    errors.push(
      fieldInvalid('propagationPolicy', policy, 'orphanDependents and deletionPropagation cannot be both set'),
    );
  if (policy !== undefined && !policies.includes(policy))
    errors.push(fieldNotSupported('propagationPolicy', policy, [...policies, 'nil']));
  check('DeleteOptions', [...errors, ...dryRunErrors(options.dryRun ?? [])]);
}

function dryRunErrors(values: readonly string[]): FieldError[] {
  return values.some((value) => value !== 'All') ? [fieldNotSupported('dryRun', values.join(','), ['All'])] : [];
}

const matchForbidden = (detail: string) => fieldForbidden('resourceVersionMatch', detail);

/** Throws 422. */
export function checkListOptions(query: URLSearchParams): void {
  const match = query.get('resourceVersionMatch') ?? '';
  const revision = query.get('resourceVersion') ?? '';
  const errors: FieldError[] = [];
  if (match !== '') {
    if (revision === '')
      errors.push(matchForbidden('resourceVersionMatch is forbidden unless resourceVersion is provided'));
    if ((query.get('continue') ?? '') !== '')
      errors.push(matchForbidden('resourceVersionMatch is forbidden when continue is provided'));
    if (match !== 'Exact' && match !== 'NotOlderThan')
      errors.push(fieldNotSupported('resourceVersionMatch', match, ['Exact', 'NotOlderThan']));
    if (match === 'Exact' && revision === '0')
      errors.push(matchForbidden('resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
  }
  if (query.has('sendInitialEvents'))
    errors.push(fieldForbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  check('ListOptions', errors);
}

/** Throws 422. */
export function checkWatchOptions(query: URLSearchParams): void {
  const match = query.get('resourceVersionMatch') ?? '';
  const initialEvents = booleanOf(query, 'sendInitialEvents');
  const errors: FieldError[] = [];
  if (initialEvents !== undefined && match !== 'NotOlderThan')
    errors.push(matchForbidden('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
  if (match !== '') {
    if (initialEvents === undefined)
      errors.push(matchForbidden('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'));
    if (match !== 'NotOlderThan') errors.push(fieldNotSupported('resourceVersionMatch', match, ['NotOlderThan']));
    if ((query.get('continue') ?? '') !== '')
      errors.push(matchForbidden('resourceVersionMatch is forbidden when continue is provided'));
  }
  check('ListOptions', errors);
}
