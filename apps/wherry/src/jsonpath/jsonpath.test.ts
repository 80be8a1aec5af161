import { describe, expect, test } from 'vitest';
import { printTemplate } from './evaluate.ts';
import { parseRelaxed, parseTemplate } from './parse.ts';

/** The document of the page "JSONPath Support" at kubernetes.io. */
const documented = {
  kind: 'List',
  items: [
    {
      kind: 'None',
      metadata: { name: '127.0.0.1', labels: { 'kubernetes.io/hostname': '127.0.0.1' } },
      status: { capacity: { cpu: '4' }, addresses: [{ type: 'LegacyHostIP', address: '127.0.0.1' }] },
    },
    {
      kind: 'None',
      metadata: { name: '127.0.0.2' },
      status: {
        capacity: { cpu: '8' },
        addresses: [
          { type: 'LegacyHostIP', address: '127.0.0.2' },
          { type: 'another', address: '127.0.0.3' },
        ],
      },
    },
  ],
  users: [
    { name: 'myself', user: {} },
    { name: 'e2e', user: { username: 'admin', password: 'secret' } },
  ],
};

const print = (template: string, document: unknown = documented): string =>
  printTemplate(parseTemplate(template), document);

describe('the documented examples', () => {
  test.each([
    ['kind is {.kind}', 'kind is List'],
    ['{.kind}', 'List'],
    ["{['kind']}", 'List'],
    ['{.users[?(@.name=="e2e")].user.password}', 'secret'],
    ['{..name}', '127.0.0.1 127.0.0.2 myself e2e'],
    ['{.items[*].metadata.name}', '127.0.0.1 127.0.0.2'],
    ['{.users[0].name}', 'myself'],
    ["{.items[*]['metadata.name', 'status.capacity']}", ''],
    [
      "{.items[*]['metadata','kind']}",
      '{"labels":{"kubernetes.io/hostname":"127.0.0.1"},"name":"127.0.0.1"} {"name":"127.0.0.2"} None None',
    ],
    [
      '{range .items[*]}[{.metadata.name}, {.status.capacity}] {end}',
      '[127.0.0.1, {"cpu":"4"}] [127.0.0.2, {"cpu":"8"}] ',
    ],
    ['{range .items[*]}{.metadata.name}{"\\t"}{end}', '127.0.0.1\t127.0.0.2\t'],
    ['{.items[0].metadata.labels.kubernetes\\.io/hostname}', '127.0.0.1'],
  ])('%s', (template, expected) => expect(print(template)).toBe(expected));
});

describe('lists', () => {
  const document = { list: ['a', 'b', 'c', 'd'] };
  test.each([
    ['{.list[-1]}', 'd'],
    ['{.list[-2:]}', 'c d'],
    ['{.list[1:3]}', 'b c'],
    ['{.list[::2]}', 'a c'],
    ['{.list[:-1]}', 'a b c'],
    ['{.list[0,2]}', 'a c'],
    ['{.list}', '["a","b","c","d"]'],
  ])('%s', (template, expected) => expect(print(template, document)).toBe(expected));

  test('an index beyond the end is an error, a field that is missing is nothing', () => {
    expect(() => print('{.list[9]}', document)).toThrow('array index out of bounds: index 9, length 4');
    expect(print('{.nope}{.nope.deeper[0]}', document)).toBe('');
  });
  test('a missing field is an error when it must be there', () => {
    expect(() => printTemplate(parseTemplate('{.nope}'), document, { allowMissingKeys: false })).toThrow(
      'nope is not found',
    );
  });
});

describe('filters', () => {
  const document = {
    p: [
      { n: 'a', v: 1, on: true },
      { n: 'b', v: 2 },
      { n: 'c"]', v: 3, tags: ['x'] },
    ],
  };
  test.each([
    ['{.p[?(@.v>1)].n}', 'b c"]'],
    ['{.p[?(@.v<=2)].n}', 'a b'],
    ["{.p[?(@.n!='a')].v}", '2 3'],
    ['{.p[?(@.on)].n}', 'a'],
    ['{.p[?(@.on==true)].n}', 'a'],
    ['{.p[?(@.tags[0]=="x")].v}', '3'],
    ["{.p[?(@.n=='c\"]')].v}", '3'],
    ['{.p[?(@.v==$.p[1].v)].n}', 'b'],
  ])('%s', (template, expected) => expect(print(template, document)).toBe(expected));
});

test('ranges nest', () => {
  const document = { a: [{ b: [1, 2] }, { b: [3] }] };
  expect(print('{range .a[*]}({range .b[*]}{@};{end}){end}', document)).toBe('(1;2;)(3;)');
});

test('a broken template says what is wrong', () => {
  expect(() => parseTemplate('{.a')).toThrow('unclosed action');
  expect(() => parseTemplate('{range .a}')).toThrow('not enough end');
  expect(() => parseTemplate('{end}')).toThrow('not in range, nothing to end');
  expect(() => parseTemplate('{.a[?(@.b}')).toThrow('unterminated filter');
  expect(() => parseTemplate('{.a[x]}')).toThrow('invalid array index x');
  expect(() => parseTemplate('{metadata}')).toThrow('unrecognized identifier metadata');
  expect(() => parseTemplate('{.a ~}')).toThrow("unrecognized character in action: U+007E '~'");
});

test('columns take a path with and without its dot and braces', () => {
  for (const text of ['a.b', '.a.b', '{a.b}', '{.a.b}']) {
    expect(printTemplate(parseRelaxed(text), { a: { b: 1 } })).toBe('1');
  }
  expect(() => parseRelaxed('{.a')).toThrow('unexpected path string');
});
