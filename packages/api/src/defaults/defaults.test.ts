import { clone, decode, type KubeObject } from '@wherry/apimachinery';
import { describe, expect, test } from 'vitest';
import type { Resource } from '../resource.ts';
import {
  deployments,
  endpointSlices,
  endpoints,
  namespaces,
  nodes,
  pods,
  replicaSets,
  resources,
  secrets,
  services,
} from '../resources.ts';
import { applyDefaults } from './index.ts';

function defaulted(resource: Resource, json: object): Record<string, unknown> {
  const { object } = decode<KubeObject>(resource.schema, json);
  applyDefaults(resource, object);
  return JSON.parse(JSON.stringify(object)) as Record<string, unknown>;
}
const metadata = { name: 'x' };
const image = { name: 'a', image: 'web:1' };

describe('defaults, as upstream sets them', () => {
  test('a minimal pod', () => {
    expect(defaulted(pods, { metadata, spec: { containers: [image] } })['spec']).toEqual({
      containers: [
        {
          ...image,
          imagePullPolicy: 'IfNotPresent',
          resources: {},
          terminationMessagePath: '/dev/termination-log',
          terminationMessagePolicy: 'File',
        },
      ],
      dnsPolicy: 'ClusterFirst',
      enableServiceLinks: true,
      restartPolicy: 'Always',
      schedulerName: 'default-scheduler',
      securityContext: {},
      terminationGracePeriodSeconds: 30,
    });
  });

  test.each([
    ['web', 'Always'],
    ['web:latest', 'Always'],
    ['registry:5000/web', 'Always'],
    ['registry:5000/web:1', 'IfNotPresent'],
    ['web@sha256:0123', 'IfNotPresent'],
    ['web:latest@sha256:0123', 'IfNotPresent'],
  ])('the pull policy of %s is %s', (name, policy) => {
    const spec = defaulted(pods, { metadata, spec: { containers: [{ name: 'a', image: name }] } })['spec'];
    expect(spec).toMatchObject({ containers: [{ imagePullPolicy: policy }] });
  });

  test('the parts of a container', () => {
    const container = {
      ...image,
      ports: [{ containerPort: 80 }],
      env: [
        { name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        { name: 'B', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
      ],
      livenessProbe: { httpGet: { port: 80 } },
      readinessProbe: { exec: { command: ['x'] }, periodSeconds: 5 },
      lifecycle: { preStop: { httpGet: { port: 'web' } } },
      resources: { limits: { cpu: '0.0001', memory: '1Gi' }, requests: { memory: '512Mi' } },
    };
    expect(defaulted(pods, { metadata, spec: { containers: [container] } })['spec']).toMatchObject({
      containers: [
        {
          ports: [{ containerPort: 80, protocol: 'TCP' }],
          env: [
            { valueFrom: { fieldRef: { apiVersion: 'v1' } } },
            { valueFrom: { resourceFieldRef: { divisor: '0' } } },
          ],
          livenessProbe: {
            httpGet: { path: '/', scheme: 'HTTP' },
            timeoutSeconds: 1,
            periodSeconds: 10,
            successThreshold: 1,
            failureThreshold: 3,
          },
          readinessProbe: { periodSeconds: 5, timeoutSeconds: 1 },
          lifecycle: { preStop: { httpGet: { path: '/', scheme: 'HTTP' } } },
          resources: { limits: { cpu: '1m', memory: '1Gi' }, requests: { cpu: '1m', memory: '512Mi' } },
        },
      ],
    });
  });

  test('volumes', () => {
    const volumes = [
      { name: 'none' },
      { name: 's', secret: { secretName: 'x' } },
      { name: 'c', configMap: { name: 'x', defaultMode: 0o600 } },
      { name: 'h', hostPath: { path: '/x' } },
      {
        name: 'p',
        projected: {
          sources: [
            { serviceAccountToken: { path: 'token' } },
            { downwardAPI: { items: [{ path: 'n', fieldRef: { fieldPath: 'metadata.name' } }] } },
          ],
        },
      },
    ];
    expect(defaulted(pods, { metadata, spec: { containers: [image], volumes } })['spec']).toMatchObject({
      volumes: [
        { emptyDir: {} },
        { secret: { defaultMode: 0o644 } },
        { configMap: { defaultMode: 0o600 } },
        { hostPath: { type: '' } },
        {
          projected: {
            defaultMode: 0o644,
            sources: [
              { serviceAccountToken: { expirationSeconds: 3600 } },
              { downwardAPI: { items: [{ fieldRef: { apiVersion: 'v1' } }] } },
            ],
          },
        },
      ],
    });
  });

  test('a pod of the host’s network takes its ports there', () => {
    const container = { ...image, ports: [{ containerPort: 80 }] };
    const spec = { hostNetwork: true, containers: [container] };
    expect(defaulted(pods, { metadata, spec })['spec']).toMatchObject({ containers: [{ ports: [{ hostPort: 80 }] }] });
  });

  test('the two names of the service account stay in step', () => {
    const spec = { containers: [image], serviceAccountName: 'me' };
    expect(defaulted(pods, { metadata, spec })['spec']).toMatchObject({
      serviceAccount: 'me',
      serviceAccountName: 'me',
    });
  });

  test('a template gets no requests from limits, and no service links', () => {
    const template = { spec: { containers: [{ ...image, resources: { limits: { cpu: '1' } } }] } };
    const { spec } = defaulted(deployments, { metadata, spec: { template } }) as {
      spec: { template: { spec: object } };
    };
    expect(spec.template.spec).toMatchObject({
      containers: [{ resources: { limits: { cpu: '1' } } }],
      dnsPolicy: 'ClusterFirst',
    });
    expect(JSON.stringify(spec.template.spec)).not.toMatch(/requests|enableServiceLinks/);
  });

  test('a deployment', () => {
    expect(defaulted(deployments, { metadata, spec: { template: {} } })['spec']).toMatchObject({
      replicas: 1,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
    });
    const recreate = defaulted(deployments, { metadata, spec: { strategy: { type: 'Recreate' }, template: {} } });
    expect(recreate['spec']).toMatchObject({ strategy: { type: 'Recreate' } });
    expect(JSON.stringify(recreate)).not.toContain('rollingUpdate');
  });

  test('a replica set', () => {
    expect(defaulted(replicaSets, { metadata })['spec']).toMatchObject({ replicas: 1 });
    expect(defaulted(replicaSets, { metadata, spec: { replicas: 0 } })['spec']).toMatchObject({ replicas: 0 });
  });

  test('services of each type', () => {
    const port = { port: 80 };
    expect(defaulted(services, { metadata, spec: { ports: [port] } })['spec']).toEqual({
      type: 'ClusterIP',
      sessionAffinity: 'None',
      internalTrafficPolicy: 'Cluster',
      ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
    });
    expect(defaulted(services, { metadata, spec: { type: 'NodePort', ports: [port] } })['spec']).toMatchObject({
      externalTrafficPolicy: 'Cluster',
    });
    expect(defaulted(services, { metadata, spec: { type: 'LoadBalancer', ports: [port] } })['spec']).toMatchObject({
      allocateLoadBalancerNodePorts: true,
    });
    expect(defaulted(services, { metadata, spec: { type: 'ExternalName', externalName: 'x' } })['spec']).toEqual({
      type: 'ExternalName',
      externalName: 'x',
      sessionAffinity: 'None',
    });
    expect(defaulted(services, { metadata, spec: { sessionAffinity: 'ClientIP' } })['spec']).toMatchObject({
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 10800 } },
    });
  });

  test('namespaces, secrets, endpoints and nodes', () => {
    expect(defaulted(namespaces, { metadata })['metadata']).toEqual({
      name: 'x',
      labels: { 'kubernetes.io/metadata.name': 'x' },
    });
    expect(defaulted(secrets, { metadata })['type']).toBe('Opaque');
    expect(defaulted(secrets, { metadata, data: { a: 'YQ==', b: 'Yg==' }, stringData: { b: 'ä€', c: '' } })).toEqual({
      metadata,
      type: 'Opaque',
      data: { a: 'YQ==', b: 'w6Tigqw=', c: '' },
    });
    const subsets = [{ addresses: [{ ip: '1.1.1.1' }], ports: [{ port: 80 }] }];
    expect(defaulted(endpoints, { metadata, subsets })['subsets']).toMatchObject([{ ports: [{ protocol: 'TCP' }] }]);
    const slice = { metadata, addressType: 'IPv4', ports: [{ port: 80 }] };
    expect(defaulted(endpointSlices, slice)['ports']).toEqual([{ name: '', port: 80, protocol: 'TCP' }]);
    expect(defaulted(nodes, { metadata, status: { capacity: { cpu: '2' } } })['status']).toEqual({
      capacity: { cpu: '2' },
      allocatable: { cpu: '2' },
    });
  });

  test('what is set stays, and a second run changes nothing', () => {
    for (const resource of resources) {
      const { object } = decode<KubeObject>(resource.schema, { metadata });
      applyDefaults(resource, object);
      const once = clone(object);
      applyDefaults(resource, object);
      expect(object).toEqual(once);
    }
  });
});
