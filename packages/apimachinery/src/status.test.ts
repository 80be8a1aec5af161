import { expect, test } from 'vitest';
import { fieldInvalid, fieldNotSupported, fieldRequired, fieldTooLong, formatFieldError } from './field-error.ts';
import {
  alreadyExists,
  conflict,
  expired,
  forbidden,
  internalError,
  invalid,
  isConflict,
  isExpired,
  isNotFound,
  methodNotAllowed,
  notFound,
  optimisticLockMessage,
} from './status.ts';

const pods = { group: '', resource: 'pods' };
const deployments = { group: 'apps', resource: 'deployments' };

test.each([
  [notFound(pods, 'a'), 404, 'NotFound', 'pods "a" not found'],
  [notFound(deployments, 'a'), 404, 'NotFound', 'deployments.apps "a" not found'],
  [alreadyExists(pods, 'a'), 409, 'AlreadyExists', 'pods "a" already exists'],
  [
    conflict(deployments, 'a', optimisticLockMessage),
    409,
    'Conflict',
    'Operation cannot be fulfilled on deployments.apps "a": the object has been modified; please apply your changes to the latest version and try again',
  ],
  [forbidden(pods, 'a', 'because'), 403, 'Forbidden', 'pods "a" is forbidden: because'],
  [forbidden(pods, '', 'because'), 403, 'Forbidden', 'pods is forbidden: because'],
  [methodNotAllowed(), 405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource'],
  [expired('too old resource version: 1 (5)'), 410, 'Expired', 'too old resource version: 1 (5)'],
  [internalError('boom'), 500, 'InternalError', 'Internal error occurred: boom'],
])('%s', (error, code, reason, message) => {
  expect([error.code, error.reason, error.message]).toEqual([code, reason, message]);
});

test('an invalid object says every finding, and has a cause for each', () => {
  const errors = [fieldRequired('spec.a'), fieldInvalid('spec.b', 'x', 'must be y')];
  const { status } = invalid({ group: 'apps', kind: 'Deployment' }, 'web', errors);
  expect(status.message).toBe(
    'Deployment.apps "web" is invalid: [spec.a: Required value, spec.b: Invalid value: "x": must be y]',
  );
  expect(status.details).toEqual({
    name: 'web',
    group: 'apps',
    kind: 'Deployment',
    causes: [
      { reason: 'FieldValueRequired', message: 'Required value', field: 'spec.a' },
      { reason: 'FieldValueInvalid', message: 'Invalid value: "x": must be y', field: 'spec.b' },
    ],
  });
  expect(status.code).toBe(422);
});

test('field errors print their value as upstream does', () => {
  expect(formatFieldError(fieldNotSupported('a', 'x', ['y', 'z']))).toBe(
    'a: Unsupported value: "x": supported values: "y", "z"',
  );
  expect(formatFieldError(fieldInvalid('a', 5, 'no'))).toBe('a: Invalid value: 5: no');
  expect(formatFieldError(fieldInvalid('a', { b: 1 }, 'no'))).toBe('a: Invalid value: {"b":1}: no');
  expect(formatFieldError(fieldTooLong('a', 10))).toBe('a: Too long: may not be more than 10 bytes');
});

test('errors are told apart by their reason', () => {
  expect(isNotFound(notFound(pods, 'a'))).toBe(true);
  expect(isNotFound(conflict(pods, 'a', ''))).toBe(false);
  expect(isConflict(conflict(pods, 'a', ''))).toBe(true);
  expect(isExpired(expired(''))).toBe(true);
  expect(isNotFound(new Error('pods "a" not found'))).toBe(false);
});
