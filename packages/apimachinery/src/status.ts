import { fieldErrorCauses, formatFieldErrors, type FieldError } from './field-error.ts';

export interface StatusCause {
  reason?: string | undefined;
  message?: string | undefined;
  field?: string | undefined;
}
export interface StatusDetails {
  name?: string | undefined;
  group?: string | undefined;
  kind?: string | undefined;
  uid?: string | undefined;
  causes?: StatusCause[] | undefined;
  retryAfterSeconds?: number | undefined;
}
/** metav1.Status */
export interface Status {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: Record<string, unknown>;
  status: 'Success' | 'Failure';
  message?: string | undefined;
  reason?: string | undefined;
  details?: StatusDetails | undefined;
  code?: number | undefined;
}
export interface GroupResource {
  group: string;
  resource: string;
}
export interface GroupKind {
  group: string;
  kind: string;
}

/** The one error that crosses the API: it carries the Status that the client gets. */
export class StatusError extends Error {
  readonly status: Status;
  constructor(status: Status) {
    super(status.message ?? status.reason ?? 'unknown');
    this.name = 'StatusError';
    this.status = status;
  }
  get code(): number {
    return this.status.code ?? 500;
  }
  get reason(): string {
    return this.status.reason ?? '';
  }
}

export function statusError(code: number, reason: string, message: string, details?: StatusDetails): StatusError {
  return new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    details,
    code,
  });
}

export function success(details?: StatusDetails): Status {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}

/** `deployments.apps`, or `pods` for the core group. */
export function formatGroupResource(resource: GroupResource): string {
  return resource.group === '' ? resource.resource : `${resource.resource}.${resource.group}`;
}

export function notFound(resource: GroupResource, name: string): StatusError {
  return statusError(404, 'NotFound', `${formatGroupResource(resource)} "${name}" not found`, of(resource, name));
}

/** A path that names no resource at all. */
export function noSuchPath(): StatusError {
  return statusError(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function alreadyExists(resource: GroupResource, name: string): StatusError {
  const message = `${formatGroupResource(resource)} "${name}" already exists`;
  return statusError(409, 'AlreadyExists', message, of(resource, name));
}

export function conflict(resource: GroupResource, name: string, why: string): StatusError {
  const message = `Operation cannot be fulfilled on ${formatGroupResource(resource)} "${name}": ${why}`;
  return statusError(409, 'Conflict', message, of(resource, name));
}

/** The words of a lost optimistic update. */
export const optimisticLockMessage =
  'the object has been modified; please apply your changes to the latest version and try again';

export function invalid(kind: GroupKind, name: string, errors: readonly FieldError[]): StatusError {
  const subject = `${formatGroupResource({ group: kind.group, resource: kind.kind })} ${JSON.stringify(name)} is invalid`;
  const message = errors.length === 0 ? subject : `${subject}: ${formatFieldErrors(errors)}`;
  const details = { name, ...group(kind.group), kind: kind.kind, causes: fieldErrorCauses(errors) };
  return statusError(422, 'Invalid', message, details);
}

export function badRequest(message: string): StatusError {
  return statusError(400, 'BadRequest', message);
}

/** The resourceVersion, or the continue token, is older than the history. */
export function expired(message: string): StatusError {
  return statusError(410, 'Expired', message);
}

export function forbidden(resource: GroupResource, name: string, why: string): StatusError {
  const what = formatGroupResource(resource);
  const subject = what === '' ? '' : name === '' ? `${what} is ` : `${what} ${JSON.stringify(name)} is `;
  return statusError(403, 'Forbidden', `${subject}forbidden: ${why}`, of(resource, name));
}

export function unauthorized(message: string): StatusError {
  return statusError(401, 'Unauthorized', message === '' ? 'not authorized' : message);
}

/** A path that is served, by a method that is not. */
export function methodNotAllowed(): StatusError {
  return statusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
}

export function tooManyRequests(message: string, retryAfterSeconds: number): StatusError {
  return statusError(429, 'TooManyRequests', message, { retryAfterSeconds });
}

export function internalError(message: string): StatusError {
  const text = `Internal error occurred: ${message}`;
  return statusError(500, 'InternalError', text, { causes: [{ message }] });
}

export function requestTooLarge(message: string): StatusError {
  return statusError(413, 'RequestEntityTooLarge', `Request entity is too large: ${message}`);
}

export function unsupportedMediaType(accepted: readonly string[]): StatusError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`;
  return statusError(415, 'UnsupportedMediaType', message);
}

export function notAcceptable(accepted: readonly string[]): StatusError {
  return statusError(406, 'NotAcceptable', `only the following media types are accepted: ${accepted.join(', ')}`);
}

export function timeout(message: string, retryAfterSeconds?: number): StatusError {
  const details = retryAfterSeconds === undefined ? undefined : { retryAfterSeconds };
  return statusError(504, 'Timeout', `Timeout: ${message}`, details);
}

/** The outcome is not known, or the work could not be done in time: the client may try again. */
export function serverTimeout(resource: GroupResource, verb: string, retryAfterSeconds: number): StatusError {
  const what = formatGroupResource(resource);
  const message = `The ${verb} operation against ${what} could not be completed at this time, please try again.`;
  return statusError(500, 'ServerTimeout', message, { ...of(resource), retryAfterSeconds });
}

export function serviceUnavailable(message: string): StatusError {
  return statusError(503, 'ServiceUnavailable', message);
}

/** A patch that is well formed and cannot be applied, and the like: 422 without field causes. */
export function unprocessable(message: string): StatusError {
  // The first half is upstream's whole message; with details kubectl shows the second too.
  const text = `the server rejected our request due to an error in our request: ${message}`;
  return statusError(422, 'Invalid', text, {});
}

export const isNotFound = (error: unknown): boolean => hasReason(error, 'NotFound');
export const isAlreadyExists = (error: unknown): boolean => hasReason(error, 'AlreadyExists');
export const isConflict = (error: unknown): boolean => hasReason(error, 'Conflict');
export const isInvalid = (error: unknown): boolean => hasReason(error, 'Invalid');
export const isBadRequest = (error: unknown): boolean => hasReason(error, 'BadRequest');
export const isForbidden = (error: unknown): boolean => hasReason(error, 'Forbidden');
export const isUnauthorized = (error: unknown): boolean => hasReason(error, 'Unauthorized');
export const isTooManyRequests = (error: unknown): boolean =>
  error instanceof StatusError && (error.reason === 'TooManyRequests' || error.code === 429);
export const isServerTimeout = (error: unknown): boolean => hasReason(error, 'ServerTimeout');
export const isTimeout = (error: unknown): boolean => hasReason(error, 'Timeout');
export const isServiceUnavailable = (error: unknown): boolean => hasReason(error, 'ServiceUnavailable');
/** Both words for it: Gone came first, Expired says why. */
export const isExpired = (error: unknown): boolean => hasReason(error, 'Expired') || hasReason(error, 'Gone');

function hasReason(error: unknown, reason: string): boolean {
  return error instanceof StatusError && error.reason === reason;
}

function of(resource: GroupResource, name?: string): StatusDetails {
  return { ...(name === undefined || name === '' ? {} : { name }), ...group(resource.group), kind: resource.resource };
}

function group(name: string): StatusDetails {
  return name === '' ? {} : { group: name };
}
