import { StorageError } from '@wherry/store';
import { expect, test } from 'vitest';
import { errorAnswer } from './respond.ts';

test('a write whose outcome nobody knows is not one that clients send again by themselves', () => {
  const answer = errorAnswer(new StorageError('unknown', 'the outcome of the write is unknown: timed out'));
  expect(answer).toMatchObject({ status: 504, headers: undefined });
  expect(answer).toMatchObject({ body: expect.stringContaining('"reason":"Timeout"') as string });
});

test('what was certainly not done is to be asked again', () => {
  expect(errorAnswer(new StorageError('no-leader', 'no leader'))).toMatchObject({
    status: 503,
    headers: { 'retry-after': '1' },
  });
});
