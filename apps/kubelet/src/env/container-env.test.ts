import type { Container, Pod, Service } from '@wherry/api';
import { expect, test } from 'vitest';
import { containerEnv, EnvError } from './container-env.ts';
import { serviceEnv } from './service-env.ts';

const pod: Pod = {
  metadata: { name: 'web', namespace: 'default', uid: 'u1', labels: { app: 'x' } },
  spec: { containers: [] },
};
const context = { podIp: '10.0.0.9', hostIp: '192.0.2.1', nodeName: 'n1', allocatable: { cpu: '4', memory: '8Gi' } };
const objects = {
  configMap: (name: string) => (name === 'cm' ? { metadata: { name }, data: { key: 'value' } } : undefined),
  secret: (name: string) => (name === 'sec' ? { metadata: { name }, data: { pw: 'aHVudGVyMg==' } } : undefined),
};

function env(container: Partial<Container>, services = new Map<string, string>()): Record<string, string> {
  const whole = { name: 'c', image: 'i', ...container };
  return Object.fromEntries(containerEnv(pod, whole, objects, services, context));
}

test('values, fields, resources and keys of objects become variables, and later ones may use earlier ones', () => {
  const found = env({
    envFrom: [{ prefix: 'P_', configMapRef: { name: 'cm' } }],
    env: [
      { name: 'A', value: '$(P_key)!' },
      { name: 'B', value: '$(A)$(LATER)' },
      { name: 'LATER', value: 'x' },
      { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
      { name: 'LABEL', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
      { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
      { name: 'MEM', valueFrom: { resourceFieldRef: { resource: 'requests.memory', divisor: '1Mi' } } },
      { name: 'PW', valueFrom: { secretKeyRef: { name: 'sec', key: 'pw' } } },
      { name: 'NONE', valueFrom: { configMapKeyRef: { name: 'cm', key: 'nope', optional: true } } },
    ],
    resources: { requests: { memory: '64Mi' } },
  });
  expect(found).toEqual({
    P_key: 'value',
    A: 'value!',
    B: 'value!$(LATER)',
    LATER: 'x',
    IP: '10.0.0.9',
    LABEL: 'x',
    CPU: '4',
    MEM: '64',
    PW: 'hunter2',
  });
});

test.each([
  [{ envFrom: [{ configMapRef: { name: 'gone' } }] }, 'configmap "gone" not found'],
  [
    { env: [{ name: 'X', valueFrom: { secretKeyRef: { name: 'sec', key: 'k' } } }] },
    "couldn't find key k in Secret default/sec",
  ],
])('what is missing is named', (container, message) => {
  expect(() => env(container)).toThrow(new EnvError(message));
});

test('services of the namespace become variables, those of others only if they are default/kubernetes', () => {
  const service = (namespace: string, name: string, clusterIP: string): Service => ({
    metadata: { namespace, name },
    spec: { clusterIP, ports: [{ name: 'web', port: 80, protocol: 'TCP' }] },
  });
  const all = [
    service('default', 'kubernetes', '10.96.0.1'),
    service('a', 'my-db', '10.96.0.2'),
    service('b', 'x', '10.96.0.3'),
  ];
  expect(Object.fromEntries(serviceEnv([...all, service('a', 'headless', 'None')], 'a', true))).toEqual({
    KUBERNETES_SERVICE_HOST: '10.96.0.1',
    KUBERNETES_SERVICE_PORT: '80',
    KUBERNETES_SERVICE_PORT_WEB: '80',
    KUBERNETES_PORT: 'tcp://10.96.0.1:80',
    KUBERNETES_PORT_80_TCP: 'tcp://10.96.0.1:80',
    KUBERNETES_PORT_80_TCP_PROTO: 'tcp',
    KUBERNETES_PORT_80_TCP_PORT: '80',
    KUBERNETES_PORT_80_TCP_ADDR: '10.96.0.1',
    MY_DB_SERVICE_HOST: '10.96.0.2',
    MY_DB_SERVICE_PORT: '80',
    MY_DB_SERVICE_PORT_WEB: '80',
    MY_DB_PORT: 'tcp://10.96.0.2:80',
    MY_DB_PORT_80_TCP: 'tcp://10.96.0.2:80',
    MY_DB_PORT_80_TCP_PROTO: 'tcp',
    MY_DB_PORT_80_TCP_PORT: '80',
    MY_DB_PORT_80_TCP_ADDR: '10.96.0.2',
  });
  expect([...serviceEnv(all, 'a', false).keys()].some((key) => key.startsWith('MY_DB'))).toBe(false);
});
