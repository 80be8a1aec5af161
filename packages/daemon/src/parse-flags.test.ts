import { expect, it } from 'vitest';
import { booleanFlag, durationFlag, integerFlag, listFlag, mapFlag, parseDuration, stringFlag } from './flags.ts';
import { parseFlags } from './parse-flags.ts';

const program = { name: 'kube-test', description: 'tests', version: 'v1' };
const table = {
  kubeconfig: stringFlag('path'),
  leaderElect: booleanFlag('lead', true),
  securePort: integerFlag('port', 10259, { max: 65_535 }),
  leaseDuration: durationFlag('lease', 15_000),
  names: listFlag('names', ['x']),
  labels: mapFlag('labels'),
};
const parse = (argv: string[], file = '') => parseFlags(program, table, argv, () => file);

it('gives defaults, and what the command line says', async () => {
  expect(await parse([])).toEqual({
    leaderElect: true,
    securePort: 10259,
    leaseDuration: 15_000,
    names: ['x'],
    labels: {},
    v: 0,
  });
  expect(
    await parse([
      '--leader-elect=false',
      '--secure-port',
      '1',
      '--lease-duration=1m0.5s',
      '--names=a,b',
      '--names',
      'c',
      '--labels=a=b',
      '-v',
      '4',
    ]),
  ).toEqual({
    leaderElect: false,
    securePort: 1,
    leaseDuration: 60_500,
    names: ['a', 'b', 'c'],
    labels: { a: 'b' },
    v: 4,
  });
  expect(await parse(['--leader-elect', '--kubeconfig=x'])).toMatchObject({ leaderElect: true, kubeconfig: 'x' });
});

it('takes every flag from the file, and the command line over it', async () => {
  const file =
    'kubeconfig: /f\nleaderElect: false\nsecurePort: 7\nleaseDuration: 3s\nnames: [a]\nlabels: {a: b}\nv: 2\n';
  expect(await parse(['--config=c', '--secure-port=8'], file)).toEqual({
    config: 'c',
    kubeconfig: '/f',
    leaderElect: false,
    securePort: 8,
    leaseDuration: 3_000,
    names: ['a'],
    labels: { a: 'b' },
    v: 2,
  });
});

it('refuses what the file may not say', async () => {
  await expect(parse(['--config=c'], 'leader-elect: true')).rejects.toThrow(
    'config file "c": unknown key "leader-elect"',
  );
  await expect(parse(['--config=c'], 'config: d')).rejects.toThrow('unknown key "config"');
  await expect(parse(['--config=c'], 'constructor: d')).rejects.toThrow('unknown key "constructor"');
  await expect(parse(['--config=c'], 'securePort: 65536')).rejects.toThrow(
    'securePort: must not be greater than 65535',
  );
  await expect(parse(['--config=c'], 'leaderElect: maybe')).rejects.toThrow('leaderElect: expected true or false');
  await expect(parse(['--config=c'], 'names: {a: b}')).rejects.toThrow('names: expected a list');
  await expect(parse(['--config=c'], '- a')).rejects.toThrow('expected a mapping');
  await expect(parse(['--config=c'], 'a: [')).rejects.toThrow('config file "c"');
});

it('reads durations as Go writes them', () => {
  expect(['300ms', '1.5h', '2h45m', '0', '1m30s', '-1s', '100us'].map(parseDuration)).toEqual([
    300, 5_400_000, 9_900_000, 0, 90_000, -1_000, 0.1,
  ]);
  for (const bad of ['', '1', 's', '1x', '1s2', '-']) expect(() => parseDuration(bad)).toThrow('expected a duration');
});
