import { describe, expect, test } from 'vitest';
import { bool, duration, firstOperand, list, parseDuration, readFlag, splitArguments, string } from './flags.ts';

const flags = {
  output: string('', '', { short: 'o' }),
  stdin: bool('', false, { short: 'i' }),
  tty: bool('', false, { short: 't' }),
  watch: bool(''),
  'dry-run': string('', 'none', { bare: 'unchanged' }),
  filename: list('', { short: 'f' }),
  timeout: duration('', 0),
};

function given(...argv: string[]): (readonly [string, string])[] {
  return [...splitArguments(argv, flags).given];
}

describe('splitArguments', () => {
  test('reads a value after a space, after an equals sign and joined to its letter', () => {
    for (const words of [['-o', 'json'], ['-ojson'], ['-o=json'], ['--output', 'json'], ['--output=json']]) {
      expect(given(...words)).toEqual([['output', 'json']]);
    }
  });
  test('takes several boolean letters in one word', () => {
    expect(given('-it')).toEqual([
      ['stdin', 'true'],
      ['tty', 'true'],
    ]);
    expect(given('-ito', 'yaml')).toEqual([
      ['stdin', 'true'],
      ['tty', 'true'],
      ['output', 'yaml'],
    ]);
  });
  test('lets a boolean be switched off, and never swallows the next word', () => {
    expect(splitArguments(['--watch=false', '--watch', 'pods'], flags)).toEqual({
      given: [
        ['watch', 'false'],
        ['watch', 'true'],
      ],
      operands: ['pods'],
      operandsBeforeDash: -1,
    });
  });
  test('gives a flag without a value its own', () => {
    expect(given('--dry-run')).toEqual([['dry-run', 'unchanged']]);
    expect(given('--dry-run=server')).toEqual([['dry-run', 'server']]);
  });
  test('leaves everything after two dashes alone', () => {
    expect(splitArguments(['web', '--', 'ls', '-l', '--', 'x'], flags)).toEqual({
      given: [],
      operands: ['web', 'ls', '-l', '--', 'x'],
      operandsBeforeDash: 1,
    });
  });
  test('keeps a single dash as an operand and as a value', () => {
    expect(splitArguments(['-f', '-', '-'], flags)).toMatchObject({ given: [['filename', '-']], operands: ['-'] });
  });
  test('refuses what it does not know, in the words of pflag', () => {
    expect(() => given('--nope')).toThrow('unknown flag: --nope');
    expect(() => given('-iz')).toThrow("unknown shorthand flag: 'z' in -iz");
    expect(() => given('--output')).toThrow('flag needs an argument: --output');
    expect(() => given('-o')).toThrow("flag needs an argument: 'o' in -o");
  });
});

test('firstOperand skips flags and their values', () => {
  expect(firstOperand(['-o', 'x', '-i', 'get', 'pods'], flags)).toBe(3);
  expect(firstOperand(['--output=x'], flags)).toBe(1);
});

test('readFlag converts by kind and gathers lists', () => {
  expect(readFlag('filename', flags.filename, 'a,b', ['x'])).toEqual(['x', 'a', 'b']);
  expect(readFlag('watch', flags.watch, 'T', undefined)).toBe(true);
  expect(readFlag('timeout', flags.timeout, '1m30s', undefined)).toBe(90_000);
  expect(() => readFlag('watch', flags.watch, 'yes', undefined)).toThrow('invalid argument "yes" for "--watch" flag');
});

test('parseDuration reads the notation of Go and nothing else', () => {
  expect(['0', '1.5h', '2m3s', '100ms', '-1s'].map(parseDuration)).toEqual([0, 5_400_000, 123_000, 100, -1000]);
  expect(['5', '', 'x', '1d', '1s '].map(parseDuration)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
