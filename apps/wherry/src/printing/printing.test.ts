import { describe, expect, test } from 'vitest';
import { humanDuration } from './age.ts';
import { formatCustomColumns, parseCustomColumns, parseCustomColumnsFile } from './custom-columns.ts';
import { goText } from './go-text.ts';
import { toJson } from './json.ts';
import { makePrinter, nameOf } from './printer.ts';
import { naturalOrder, sortByPath } from './sort.ts';
import { descriptionLayout, layOut, tableLayout } from './tab-writer.ts';
import { formatTable, type TableColumn } from './table.ts';

describe('layOut', () => {
  test('a column is as wide as its widest cell, and at least six', () => {
    expect(layOut('NAME\tAGE\na\t5s\nlonger-name\t1d', tableLayout)).toBe(
      'NAME          AGE\na             5s\nlonger-name   1d',
    );
    expect(layOut('A\tB\nx\ty', tableLayout)).toBe('A     B\nx     y');
  });
  test('an empty last cell leaves the padding of the one before it', () => {
    expect(layOut('NAME\tL\na\t', tableLayout)).toBe('NAME   L\na      ');
  });
  test('a line without the cell ends the column, so that sections have widths of their own', () => {
    expect(layOut('Name:\tx\nContainers:\n  Image:\ty\n  A:\tz', descriptionLayout)).toBe(
      'Name:  x\nContainers:\n  Image:  y\n  A:      z',
    );
  });
  test('a page remembers the widths of the pages before it', () => {
    const remembered: number[] = [];
    layOut('NAME\tAGE\nlonger-name\t1d', tableLayout, remembered);
    expect(layOut('a\t5s', tableLayout, remembered)).toBe('a             5s');
  });
  test('widths are counted in characters, not in bytes', () => {
    expect(layOut('é☃😀\tx\nabc\ty', tableLayout)).toBe('é☃😀   x\nabc   y');
  });
});

const columns: TableColumn[] = [
  { name: 'Name', type: 'string', format: 'name', priority: 0 },
  { name: 'Ready', type: 'string', priority: 0 },
  { name: 'Node', type: 'string', priority: 1 },
];
const row = (name: string, labels?: Record<string, string>) => ({
  cells: [name, '1/1', 'n1'],
  object: { metadata: { name, namespace: 'ns', ...(labels ? { labels } : {}) } },
});

describe('formatTable', () => {
  test('columns of a lower priority show only when the table is wide', () => {
    expect(formatTable(columns, [row('a')], {})).toBe('NAME   READY\na      1/1\n');
    expect(formatTable(columns, [row('a')], { wide: true })).toBe('NAME   READY   NODE\na      1/1     n1\n');
  });
  test('namespace, kind, label columns and labels take their places', () => {
    const options = { withNamespace: true, kindPrefix: 'pod/', labelColumns: ['x.io/app', 'tier'], showLabels: true };
    expect(formatTable(columns, [row('a', { 'x.io/app': 'web', b: 'c' }), row('b')], options)).toBe(
      'NAMESPACE   NAME    READY   APP   TIER   LABELS\n' +
        'ns          pod/a   1/1     web          b=c,x.io/app=web\n' +
        'ns          pod/b   1/1                  <none>\n',
    );
  });
  test('a cell is cut at its first line break', () => {
    expect(formatTable(columns, [{ cells: ['a', 'x\ny'] }], { noHeaders: true })).toBe('a     x...\n');
  });
});

test('ages are said as kubectl says them', () => {
  const [s, m, h, d] = [1000, 60_000, 3_600_000, 86_400_000];
  const said: [number, string][] = [
    [-5 * s, '<invalid>'],
    [-s, '0s'],
    [0, '0s'],
    [119 * s, '119s'],
    [120 * s, '2m'],
    [2 * m + 3 * s, '2m3s'],
    [10 * m, '10m'],
    [179 * m, '179m'],
    [3 * h, '3h'],
    [3 * h + 15 * m, '3h15m'],
    [8 * h, '8h'],
    [47 * h, '47h'],
    [2 * d, '2d'],
    [2 * d + 5 * h, '2d5h'],
    [8 * d, '8d'],
    [730 * d, '2y'],
    [735 * d, '2y5d'],
    [365 * 9 * d, '9y'],
  ];
  for (const [ms, text] of said) expect(humanDuration(ms)).toBe(text);
});

describe('custom columns', () => {
  test('a missing value is <none>, several are joined', () => {
    const parsed = parseCustomColumns('NAME:.metadata.name,IMG:spec.c[*].image,X:{.nope}');
    const object = { metadata: { name: 'a' }, spec: { c: [{ image: 'i' }, { image: 'j' }] } };
    expect(formatCustomColumns(parsed, [object], { noHeaders: false })).toBe('NAME   IMG   X\na      i,j   <none>\n');
  });
  test('a file has a line of headers and a line of paths', () => {
    const parsed = parseCustomColumnsFile('NAME   V\n.a  .b\n');
    expect(formatCustomColumns(parsed, [{ a: 1, b: [2] }], { noHeaders: true })).toBe('1     [2]\n');
  });
  test('a column without a path is refused', () => {
    expect(() => parseCustomColumns('NAME')).toThrow('expected <header>:<json-path-expr>');
  });
});

test('values are printed as Go prints them', () => {
  expect(goText({ b: [1, 'x', null], a: true })).toBe('map[a:true b:[1 x <nil>]]');
  expect(goText(1e21)).toBe('1e+21');
});

test('JSON has sorted keys, four spaces and the escapes of Go', () => {
  expect(toJson({ b: '<&>', a: [] })).toBe('{\n    "a": [],\n    "b": "\\u003c\\u0026\\u003e"\n}\n');
});

test('sorting knows numbers, quantities and numbers within names', () => {
  const by = (values: unknown[]): unknown[] =>
    sortByPath(
      values.map((v) => ({ v })),
      '.v',
      (x) => x,
    ).map((x) => x.v);
  expect(by([10, 9, 100])).toEqual([9, 10, 100]);
  expect(by(['1Gi', '200Mi', '5'])).toEqual(['5', '200Mi', '1Gi']);
  expect(by(['p-10', 'p-9', undefined])).toEqual([undefined, 'p-9', 'p-10']);
  expect(naturalOrder('a2b', 'a10b')).toBeLessThan(0);
});

test('an unknown format is refused with the known ones', async () => {
  await expect(makePrinter({ output: 'foo', alsoAllowed: ['wide'] })).rejects.toThrow(
    'unable to match a printer suitable for the output format "foo", allowed formats are: go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,template,templatefile,wide,yaml',
  );
});

test('names carry the kind and the group', () => {
  expect(nameOf({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } })).toBe('deployment.apps/web');
  expect(nameOf({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } })).toBe('pod/a');
});

test('several YAML objects are separated, and managed fields are not shown', async () => {
  const printer = await makePrinter({ output: 'yaml' });
  const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', managedFields: [{}] } };
  expect(printer.print(object) + printer.print(object)).toBe(
    'apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n',
  );
});
