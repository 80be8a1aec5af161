import { expect, test } from 'vitest';
import { chosen, controllers } from './controllers.ts';
import { flags, type Options } from './options.ts';

const defaults = Object.fromEntries(Object.entries(flags).map(([key, flag]) => [key, flag.default])) as Options;
const all = controllers({ ...defaults, clusterCidr: ['10.244.0.0/16'] }, { rootCa: 'PEM' });
const namesOf = (wanted: readonly string[]): string[] => chosen(all, wanted).map(({ name }) => name);

test('the star is all, a name one, a name with a minus all but one', () => {
  expect(namesOf(['*'])).toHaveLength(all.length);
  expect(namesOf(['deployment-controller'])).toEqual(['deployment-controller']);
  expect(namesOf(['*', '-deployment-controller'])).toEqual(
    namesOf(['*']).filter((name) => name !== 'deployment-controller'),
  );
});

test('every controller can be named, and nothing else can', () => {
  for (const { name } of all) expect(namesOf([name])).toEqual([name]);
  expect(() => namesOf(['deployment'])).toThrow('"deployment" is not in the list of known controllers');
});

test('ranges that cannot be divided among nodes are refused', () => {
  const withCidr = (clusterCidr: string[]) => () => controllers({ ...defaults, clusterCidr }, {});
  expect(withCidr(['10.244.0.0/25'])).toThrow('--cluster-cidr 10.244.0.0/25');
  expect(withCidr(['10.244.0.0'])).toThrow('invalid CIDR address: 10.244.0.0');
});
