import type { Pod, Service } from '@wherry/api';
import { expect, test } from 'vitest';
import { parseAddresses, parsePorts, resolvePorts } from './ports.ts';

const pod = {
  metadata: { name: 'web' },
  spec: {
    containers: [
      {
        name: 'c',
        ports: [
          { name: 'http', containerPort: 8080 },
          { name: 'dns', containerPort: 53, protocol: 'UDP' },
        ],
      },
    ],
  },
} as unknown as Pod;
const service = {
  metadata: { name: 'svc' },
  spec: {
    clusterIP: '10.0.0.1',
    ports: [
      { name: 'web', port: 80, targetPort: 'http' },
      { name: 'raw', port: 81, targetPort: 9000 },
    ],
  },
} as unknown as Service;

test('ports are pairs, one number for both, or any free one here', () => {
  expect(parsePorts(['80', '8080:80', ':80', '0:80'])).toEqual([
    { local: 80, remote: 80 },
    { local: 8080, remote: 80 },
    { local: 0, remote: 80 },
    { local: 0, remote: 80 },
  ]);
  for (const bad of ['x', '1:2:3', '70000', '80:0', '80:-1']) expect(() => parsePorts([bad])).toThrow();
});

test('localhost is both loopbacks, of which one is enough', () => {
  expect(parseAddresses(['localhost', '10.1.2.3'])).toEqual([
    { address: '10.1.2.3', optional: false },
    { address: '127.0.0.1', optional: true },
    { address: '::1', optional: true },
  ]);
  expect(() => parseAddresses(['example.com'])).toThrow('example.com is not a valid IP');
});

test('names of ports become numbers of the pod, through the Service when one is meant', () => {
  expect(resolvePorts(['http', '1:http', '7'], pod, undefined)).toEqual(['8080', '1:8080', '7']);
  expect(resolvePorts(['80', '8000:web', 'raw', ':81'], pod, service)).toEqual([
    '80:8080',
    '8000:8080',
    '81:9000',
    ':9000',
  ]);
  expect(() => resolvePorts(['none'], pod, undefined)).toThrow("Pod 'web' does not have a named port 'none'");
  expect(() => resolvePorts(['82'], pod, service)).toThrow('Service svc does not have a service port 82');
  expect(() => resolvePorts(['dns'], pod, undefined)).toThrow('UDP protocol is not supported for dns');
});
