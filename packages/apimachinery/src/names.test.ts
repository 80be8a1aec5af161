import { describe, expect, test } from 'vitest';
import {
  isConfigMapKey,
  isDns1035Label,
  isDns1123Label,
  isDns1123Subdomain,
  isEnvVarName,
  isLabelValue,
  isPortName,
  isQualifiedName,
} from './names.ts';

describe('names', () => {
  test.each([
    [
      isDns1123Label,
      ['a', 'a-1', '1a', 'x'.repeat(63)],
      ['', 'A', '-a', 'a-', 'a.b', 'x'.repeat(64), 'a_b', 'ä', 'a\n'],
    ],
    [isDns1035Label, ['a', 'a-1'], ['1a', '', 'A']],
    [
      isDns1123Subdomain,
      ['a', 'a.b', '1.2', 'x'.repeat(253)],
      ['', 'a..b', '.a', 'a.', 'A.b', 'x'.repeat(254), '../a'],
    ],
    [
      isQualifiedName,
      ['a', 'A_b.c-d', 'example.com/a'],
      ['', 'a/', '/a', 'a/b/c', 'EX/a', '-a', 'x'.repeat(64), 'a/-b'],
    ],
    [isLabelValue, ['', 'a', 'A_b.c'], ['-a', 'a/b', 'x'.repeat(64), ' ']],
    [isConfigMapKey, ['a', 'a.b', '.dockerconfigjson', '__proto__'], ['', '.', '..', '..a', 'a/b', 'x'.repeat(254)]],
    [isEnvVarName, ['A', 'a.b', '1', 'A B'], ['', 'A=B', 'ä', 'a\t']],
    [isPortName, ['http', 'a1', '8080a'], ['8080', 'a--b', '-a', 'HTTP', 'x'.repeat(16)]],
  ])('%o accepts and refuses what upstream does', (check, good, bad) => {
    for (const name of good) expect([name, check(name)]).toEqual([name, []]);
    for (const name of bad) expect([name, check(name).length > 0]).toEqual([name, true]);
  });

  test('the words are upstream’s, spacing and all', () => {
    expect(isDns1123Label('A')).toEqual([
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    ]);
    expect(isDns1123Subdomain('A')).toEqual([
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    ]);
    expect(isLabelValue('-')).toEqual([
      "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
    ]);
    expect(isDns1123Label('x'.repeat(64))).toEqual(['must be no more than 63 characters']);
    expect(isDns1123Label('a.b')).toEqual(['must not contain dots']);
    expect(isLabelValue('x'.repeat(64))).toEqual(['must be no more than 63 bytes']);
    expect(isQualifiedName('x'.repeat(64))).toEqual(['name part must be no more than 63 bytes']);
    expect(isEnvVarName('')).toEqual(['environment variable name must be non-empty']);
  });

  test('a hostile name is judged in linear time', () => {
    expect(isDns1123Subdomain(`${'a-'.repeat(50_000)}!`).length).toBe(2);
    expect(isQualifiedName(`${'a.'.repeat(50_000)}!`).length).toBe(2);
  });
});
