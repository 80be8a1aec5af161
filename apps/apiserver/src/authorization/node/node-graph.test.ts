import type { PersistentVolume, Pod } from '@wherry/api';
import { expect, test } from 'vitest';
import { NodeGraph } from './node-graph.ts';

function pod(name: string, nodeName: string | undefined, more: Partial<Pod['spec']> = {}): Pod {
  return { metadata: { name, namespace: 'a' }, spec: { nodeName, containers: [{ name: 'c', image: 'i' }], ...more } };
}

function volume(name: string, claimName: string | undefined, secret: string): PersistentVolume {
  return {
    metadata: { name },
    spec: {
      claimRef: claimName === undefined ? undefined : { namespace: 'a', name: claimName },
      csi: { driver: 'd', volumeHandle: 'h', nodeStageSecretRef: { namespace: 'store', name: secret } },
    },
  };
}

test('from a pod by its claim to the volume and to the secret that mounts it', () => {
  const graph = new NodeGraph();
  const may = () => [
    graph.relates('n1', 'persistentvolumeclaims', 'a', 'claim'),
    graph.relates('n1', 'persistentvolumes', '', 'v'),
    graph.relates('n1', 'secrets', 'store', 's'),
    graph.relates('n2', 'secrets', 'store', 's'),
  ];
  graph.setPod('a/p', pod('p', 'n1', { volumes: [{ name: 'x', persistentVolumeClaim: { claimName: 'claim' } }] }));
  expect(may()).toEqual([true, false, false, false]);
  graph.setVolume('v', volume('v', 'claim', 's'));
  expect(may()).toEqual([true, true, true, false]);
  graph.setVolume('v', volume('v', 'claim', 'other'));
  expect(may()).toEqual([true, true, false, false]);
  graph.setVolume('v', volume('v', undefined, 's'));
  expect(may()).toEqual([true, false, false, false]);
  graph.setVolume('v', volume('v', 'claim', 's'));
  graph.setPod('a/p', undefined);
  expect(may()).toEqual([false, false, false, false]);
});

test('every place of a pod that names something counts, and the pod has to be on the node', () => {
  const graph = new NodeGraph();
  const secret = (name: string) => ({ valueFrom: { secretKeyRef: { name, key: 'k' } } });
  const spec: Partial<Pod['spec']> = {
    imagePullSecrets: [{ name: 'pull' }],
    serviceAccountName: 'account',
    initContainers: [{ name: 'i', image: 'i', env: [{ name: 'E', ...secret('init') }] }],
    containers: [{ name: 'c', image: 'i', envFrom: [{ configMapRef: { name: 'from' } }] }],
    ephemeralContainers: [{ name: 'e', image: 'i', env: [{ name: 'E', ...secret('debug') }] }],
    volumes: [
      { name: 'one', secret: { secretName: 'volume' } },
      { name: 'two', projected: { sources: [{ secret: { name: 'part' } }, { configMap: { name: 'map' } }] } },
      { name: 'three', ephemeral: { volumeClaimTemplate: { spec: {} } } },
      { name: 'four', csi: { driver: 'd', nodePublishSecretRef: { name: 'publish' } } },
    ],
  };
  const named = [
    'secrets/pull',
    'secrets/init',
    'secrets/debug',
    'secrets/volume',
    'secrets/part',
    'secrets/publish',
    'configmaps/from',
    'configmaps/map',
    'persistentvolumeclaims/p-three',
    'serviceaccounts/account',
    'pods/p',
  ];
  const found = () =>
    named.filter((reference) => {
      const [kind = '', name = ''] = reference.split('/');
      return graph.relates('n1', kind, 'a', name);
    });
  graph.setPod('a/p', pod('p', undefined, spec));
  expect(found()).toEqual([]);
  graph.setPod('a/p', pod('p', 'n1', spec));
  expect(found()).toEqual(named);
  expect(graph.relates('n1', 'secrets', 'b', 'pull')).toBe(false);
});

test('a mirror pod gives its node nothing', () => {
  const graph = new NodeGraph();
  const mirror = pod('p', 'n1', { volumes: [{ name: 'one', secret: { secretName: 's' } }] });
  mirror.metadata.annotations = { 'kubernetes.io/config.mirror': 'x' };
  graph.setPod('a/p', mirror);
  expect(graph.relates('n1', 'pods', 'a', 'p')).toBe(true);
  expect(graph.relates('n1', 'secrets', 'a', 's')).toBe(false);
});

test('an attachment is of its node', () => {
  const graph = new NodeGraph();
  const attachment = { metadata: { name: 'x' }, spec: { attacher: 'd', nodeName: 'n1', source: {} } };
  graph.setAttachment('x', attachment);
  expect(graph.relates('n1', 'volumeattachments', '', 'x')).toBe(true);
  expect(graph.relates('n2', 'volumeattachments', '', 'x')).toBe(false);
  graph.setAttachment('x', undefined);
  expect(graph.relates('n1', 'volumeattachments', '', 'x')).toBe(false);
});
