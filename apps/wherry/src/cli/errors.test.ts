import { expect, test } from 'vitest';
import { alreadyExists, invalid, notFound, unauthorized } from '@wherry/apimachinery';
import { CliError, SeveralErrors, SilentExit, UsageError, explainError, withSource } from './errors.ts';

const pods = { group: '', resource: 'pods' };
const say = (error: unknown): string => explainError(error, 'wherry get').text;

test('an answer of the server is said with its reason', () => {
  expect(say(notFound(pods, 'x'))).toBe('Error from server (NotFound): pods "x" not found\n');
  expect(say(unauthorized('Unauthorized'))).toBe('error: You must be logged in to the server (Unauthorized)\n');
});

test('what is invalid is listed field by field', () => {
  const error = (field: string) => ({ type: 'FieldValueRequired' as const, field, detail: '', badValue: '' });
  const pod = { group: '', kind: 'Pod' };
  expect(say(invalid(pod, 'x', [error('spec.a')]))).toBe('The Pod "x" is invalid: spec.a: Required value\n');
  expect(say(invalid(pod, 'x', [error('spec.a'), error('spec.b')]))).toBe(
    'The Pod "x" is invalid: \n* spec.a: Required value\n* spec.b: Required value\n',
  );
});

test('several failures come one a line, and the exit code is 1', () => {
  const error = new SeveralErrors([notFound(pods, 'a'), new CliError('b')]);
  expect(explainError(error, '')).toEqual({
    text: 'Error from server (NotFound): pods "a" not found\nerror: b\n',
    exitCode: 1,
  });
});

test('a wrong command line points to the help', () => {
  expect(say(new UsageError('unknown flag: --x'))).toBe(
    "error: unknown flag: --x\nSee 'wherry get --help' for usage.\n",
  );
});

test('a silent exit says nothing and keeps its code', () => {
  expect(explainError(new SilentExit(3), '')).toEqual({ text: '', exitCode: 3 });
});

test('the file a failure came from is named', () => {
  expect(say(withSource(alreadyExists(pods, 'x'), 'creating', 'a.yaml'))).toBe(
    'Error from server (AlreadyExists): error when creating "a.yaml": pods "x" already exists\n',
  );
});

test('a refused connection names the server', () => {
  const cause = Object.assign(new Error('connect'), { code: 'ECONNREFUSED', address: '127.0.0.1', port: 6443 });
  expect(say(new Error('fetch failed', { cause }))).toBe(
    'The connection to the server 127.0.0.1:6443 was refused - did you specify the right host or port?\n',
  );
});
