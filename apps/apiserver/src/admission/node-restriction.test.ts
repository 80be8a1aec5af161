import {
  certificateSigningRequests,
  persistentVolumeClaims,
  serviceAccounts,
  type Pod,
  type Resource,
} from '@wherry/api';
import { StatusError, type KubeObject } from '@wherry/apimachinery';
import { expect, test } from 'vitest';
import type { Registry } from '../registry/registry.ts';
import type { Served } from '../registry/served.ts';
import type { AdmissionRequest } from './chain.ts';
import { nodeRestriction } from './node-restriction.ts';

/** Asks for O=system:nodes, CN=system:node:n1; base64 of PEM, as it comes in JSON. */
const signingRequest =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIck1JR1NBZ0VBTURBeEZUQVRCZ05WQkFvTURITjVjM1JsYlRw' +
  'dWIyUmxjekVYTUJVR0ExVUVBd3dPYzNsegpkR1Z0T201dlpHVTZiakV3V1RBVEJnY3Foa2pPUFFJQkJnZ3Foa2pPUFFNQkJ3TkNB' +
  'QVFIczhQdzFzYXUwdWIxCnhhS2JBdE9Db2YwSSs5N2lXNDhUckFSTkk3c21URDgyTWhjZmlIb0NGeHRvd1JQbjNzZjNPYjFxWmlt' +
  'QnR3bXgKbUsxdkJDL3pvQUF3Q2dZSUtvWkl6ajBFQXdJRFNBQXdSUUlnR0dCeGxEWC9YSThKeVExT2VHM2xESUZZZGxsYgpWU3o5' +
  'N2lhZU5QRVFkQk1DSVFDS2JRL2xHWEdUMjN1LzJxYjh6d1MzUmpNdDd1RGxSb3dRSEt3UzZlcFd2dz09Ci0tLS0tRU5EIENFUlRJ' +
  'RklDQVRFIFJFUVVFU1QtLS0tLQo=';

const objects = new Map<string, KubeObject>();
const registry = {
  served: { get: (id: string) => ({ cache: { get: (key: string) => ({ object: objects.get(`${id}/${key}`) }) } }) },
} as unknown as Registry;

/** What is said to the kubelet of `node`; undefined when it may. */
function refusalOf(node: string, resource: Resource, request: Partial<AdmissionRequest>): string | undefined {
  try {
    void nodeRestriction.mutate?.(
      {
        operation: 'CREATE',
        served: { resource } as unknown as Served,
        namespace: 'a',
        name: 'x',
        subresource: '',
        user: { name: `system:node:${node}`, groups: ['system:nodes'] },
        now: new Date(0),
        dryRun: false,
        effects: { compares: [], operations: [] },
        ...request,
      },
      registry,
    );
    return undefined;
  } catch (error) {
    if (error instanceof StatusError) return error.message.replace(/^.*? is forbidden: /, '');
    throw error;
  }
}

test('a kubelet gets tokens for the pods it runs, for the audiences they ask for', () => {
  const pod: Pod = {
    metadata: { name: 'p', namespace: 'a', uid: 'u' },
    spec: {
      nodeName: 'n1',
      containers: [],
      volumes: [
        { name: 't', projected: { sources: [{ serviceAccountToken: { path: 't', audience: 'vault' } }] } },
        { name: 'd', csi: { driver: 'driver' } },
      ],
    },
  };
  objects.set('/v1/pods/a/p', pod);
  objects.set('storage.k8s.io/v1/csidrivers/driver', {
    metadata: { name: 'driver' },
    spec: { tokenRequests: [{ audience: 'driver-audience' }] },
  } as unknown as KubeObject);
  const ask = (node: string, audiences: string[], boundObjectRef?: object) => {
    const object = { metadata: { name: 'x' }, spec: { audiences, boundObjectRef } } as unknown as KubeObject;
    return refusalOf(node, serviceAccounts as Resource, { subresource: 'token', object });
  };
  const bound = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u' };
  expect(ask('n1', ['vault'], bound)).toBeUndefined();
  expect(ask('n1', ['driver-audience'], bound)).toBeUndefined();
  expect(ask('n1', ['vault'])).toBe('node requested token not bound to a pod');
  expect(ask('n1', ['vault'], { ...bound, uid: '' })).toBe('node requested token with a pod binding without a uid');
  expect(ask('n1', ['vault'], { ...bound, uid: 'old' })).toContain('does not match the UID in record');
  expect(ask('n2', ['vault'], bound)).toBe('node requested token bound to a pod scheduled on a different node');
  expect(ask('n1', ['vault', 'other'], bound)).toBe('node may only request 0 or 1 audiences');
  expect(ask('n1', ['other'], bound)).toBe('audience "other" not found in pod spec volume');
  expect(ask('n1', [], bound)).toBe('audience "" not found in pod spec volume');
  expect(ask('n1', ['vault'], { ...bound, name: 'gone' })).toBe('pods "gone" not found');
});

test('a kubelet asks for certificates of its own', () => {
  const ask = (node: string, request: string, signerName = 'kubernetes.io/kubelet-serving') =>
    refusalOf(node, certificateSigningRequests as Resource, {
      object: { metadata: { name: 'x' }, spec: { request, signerName } } as unknown as KubeObject,
    });
  expect(ask('n1', signingRequest)).toBeUndefined();
  expect(ask('n2', signingRequest)).toBe('can only create a node CSR with CN=system:node:n2');
  expect(ask('n2', signingRequest, 'example.com/other')).toBeUndefined();
  expect(ask('n1', 'bm9uZQ==')).toBe('unable to parse csr: PEM block type must be CERTIFICATE REQUEST');
  for (let length = 0; length < signingRequest.length; length += 16) {
    const cut = ask('n1', signingRequest.slice(0, length));
    expect(cut === undefined || cut.startsWith('unable to parse csr') || cut.startsWith('can only create')).toBe(true);
  }
});

test('of a claim a kubelet tells its size alone', () => {
  const claim = (status: object, labels?: Record<string, string>) =>
    ({ metadata: { name: 'x', namespace: 'a', labels }, spec: {}, status }) as unknown as KubeObject;
  const ask = (object: KubeObject, subresource = 'status') => {
    const old = claim({ phase: 'Bound' });
    const operation = 'UPDATE';
    return refusalOf('n1', persistentVolumeClaims as Resource, { operation, subresource, object, old });
  };
  expect(ask(claim({ phase: 'Bound', capacity: { storage: '1Gi' }, conditions: [] }))).toBeUndefined();
  expect(ask(claim({ phase: 'Lost' }))).toContain('is not allowed to update fields other than');
  expect(ask(claim({ phase: 'Bound' }, { a: 'b' }))).toContain('is not allowed to update fields other than');
  expect(ask(claim({ phase: 'Bound' }), '')).toBe('may only update PVC status');
});

test('who calls itself a node and does not say which may change nothing', () => {
  expect(refusalOf('', serviceAccounts as Resource, {})).toBe('could not determine node from user "system:node:"');
});
