import { describe, expect, test } from 'vitest';
import { formatFieldSelector, matchesFields, parseFieldSelector } from './field-selector.ts';
import {
  formatLabelRequirements,
  formatLabelSelector,
  labelsMatchMap,
  matchesLabels,
  parseLabelSelector,
  selectorMatches,
} from './label-selector.ts';

describe('label selectors', () => {
  const labels = { app: 'web', tier: 'front', size: '5' };
  test.each([
    ['', true],
    ['app', true],
    ['!app', false],
    ['!other', true],
    ['app=web', true],
    ['app==web', true],
    ['app = web', true],
    ['app!=web', false],
    ['other!=web', true],
    ['app in (web, api)', true],
    ['app notin (web,api)', false],
    ['other notin (web)', true],
    ['in in (in)', undefined],
    ['app=web,tier=back', false],
    ['size>4', true],
    ['size<5', false],
    ['app>4', false],
    ['x=', false],
  ])('%j on the labels gives %s', (text, result) => {
    if (result === undefined) expect(() => parseLabelSelector(text)).toThrow();
    else expect(matchesLabels(parseLabelSelector(text), labels)).toBe(result);
  });

  test.each([
    ['a==b=c', "found '=', expected: ',' or 'end of string'"],
    ['a,', "found '', expected: identifier after ','"],
    [',a', "found ',', expected: !, identifier, or 'end of string'"],
    ['a in', "unable to parse requirement: found '' expected: '('"],
    [
      'a in ()',
      "unable to parse requirement: values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty",
    ],
    ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    [
      'a>x',
      "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer",
    ],
  ])('%j is refused: %s', (text, message) => {
    expect(() => parseLabelSelector(text)).toThrow(message);
  });

  test('a bad key and a bad value name the rule', () => {
    expect(() => parseLabelSelector('-a=b')).toThrow('<nil>: Invalid value: "-a": name part must consist of');
    expect(() => parseLabelSelector('a=%')).toThrow('values[0][a]: Invalid value: "%": a valid label must be');
  });

  test('an absent selector selects nothing, an empty one everything', () => {
    expect(selectorMatches(undefined, labels)).toBe(false);
    expect(selectorMatches({}, labels)).toBe(true);
    expect(labelsMatchMap(undefined, labels)).toBe(false);
    expect(labelsMatchMap({}, labels)).toBe(false);
  });

  test('matchLabels and matchExpressions must all hold', () => {
    const selector = {
      matchLabels: { app: 'web' },
      matchExpressions: [{ key: 'tier', operator: 'In', values: ['back'] }],
    };
    expect(selectorMatches(selector, labels)).toBe(false);
    expect(selectorMatches(selector, { ...labels, tier: 'back' })).toBe(true);
  });

  test('inherited properties are no labels', () => {
    expect(matchesLabels(parseLabelSelector('toString'), {})).toBe(false);
    expect(labelsMatchMap({ constructor: 'x' }, {})).toBe(false);
  });

  test('selectors print sorted, as kubectl shows them', () => {
    const expressions = [
      { key: 'z', operator: 'Exists' },
      { key: 'b', operator: 'NotIn', values: ['y', 'x'] },
      { key: 'q', operator: 'DoesNotExist' },
    ];
    expect(formatLabelSelector({ matchLabels: { m: '1' }, matchExpressions: expressions })).toBe(
      'b notin (x,y),m=1,!q,z',
    );
    expect(formatLabelSelector({})).toBe('<none>');
    expect(formatLabelSelector({ matchExpressions: [{ key: 'a', operator: 'toString' }] })).toBe('<error>');
    expect(formatLabelRequirements(parseLabelSelector('b in (z,a),a!=1'))).toBe('a!=1,b in (a,z)');
  });

  test('a long hostile selector is read in linear time', () => {
    const text = `a in (${'x,'.repeat(200_000)}x)`;
    expect(parseLabelSelector(text)[0]?.values).toEqual(['x']);
    expect(() => parseLabelSelector('('.repeat(500_000))).toThrow();
  });
});

describe('field selectors', () => {
  test('terms are joined by commas and may be negated', () => {
    expect(parseFieldSelector('metadata.name=a,status.phase!=Running,x==y')).toEqual([
      { field: 'metadata.name', op: '=', value: 'a' },
      { field: 'status.phase', op: '!=', value: 'Running' },
      { field: 'x', op: '=', value: 'y' },
    ]);
  });

  test('escapes stand for commas, equals signs and backslashes, both ways', () => {
    const parsed = parseFieldSelector('a=b\\,c\\=d\\\\e');
    expect(parsed).toEqual([{ field: 'a', op: '=', value: 'b,c=d\\e' }]);
    expect(formatFieldSelector(parsed)).toBe('a=b\\,c\\=d\\\\e');
  });

  test('nonsense is refused in upstream’s words', () => {
    expect(() => parseFieldSelector('foo')).toThrow("invalid selector: 'foo'; can't understand 'foo'");
  });

  test('an absent field equals the empty value', () => {
    expect(matchesFields(parseFieldSelector('spec.nodeName='), () => undefined)).toBe(true);
    expect(matchesFields(parseFieldSelector('spec.nodeName!='), () => 'n1')).toBe(true);
  });
});
