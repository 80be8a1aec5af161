import { expect, test } from 'vitest';
import { nodeLines, podLines } from './top-lines.ts';

const pods = [
  { metadata: { name: 'a', namespace: 'n' }, containers: [{ name: 'x', usage: { cpu: '10m', memory: '1Mi' } }] },
  {
    metadata: { name: 'b', namespace: 'n' },
    containers: [
      { name: 'x', usage: { cpu: '250m', memory: '2Mi' } },
      { name: 'y', usage: { cpu: '1', memory: '1Gi' } },
    ],
  },
];
const plain = { sortBy: '', containers: false, namespaces: false, sum: false, headers: false };

test('a node is shown with its share of what can be allocated', () => {
  const metrics = [{ metadata: { name: 'n1' }, usage: { cpu: '500m', memory: '1Gi' } }];
  const nodes = [{ metadata: { name: 'n1' }, status: { allocatable: { cpu: '2', memory: '4Gi' } } }];
  expect(nodeLines(metrics, nodes, { sortBy: '', from: 'allocatable', headers: false })).toEqual([
    'n1\t500m\t25%\t1024Mi\t25%',
  ]);
  expect(nodeLines(metrics, nodes, { sortBy: '', from: 'capacity', headers: false })).toEqual([
    'n1\t500m\t<unknown>\t1024Mi\t<unknown>',
  ]);
});

test('the containers of a pod are added up, and sorted by use when asked', () => {
  expect(podLines(pods, plain)).toEqual(['a\t10m\t1Mi', 'b\t1250m\t1026Mi']);
  expect(podLines(pods, { ...plain, sortBy: 'cpu' })[0]).toBe('b\t1250m\t1026Mi');
});

test('containers, namespaces and a sum are shown when asked for', () => {
  expect(podLines(pods, { ...plain, containers: true, namespaces: true })).toEqual([
    'n\ta\tx\t10m\t1Mi',
    'n\tb\tx\t250m\t2Mi',
    'n\tb\ty\t1000m\t1024Mi',
  ]);
  expect(podLines(pods, { ...plain, sum: true }).at(-1)).toBe('\t1260m\t1027Mi');
});
