import { describe, expect, test } from 'vitest';
import { services } from '../resources.ts';
import { creating, metadata, updating } from './judge.test-support.ts';

describe('services', () => {
  const service = (more: object): object => ({ metadata, spec: { ports: [{ port: 80 }], ...more } });
  const two = [
    { name: 'a', port: 80 },
    { name: 'b', port: 81 },
  ];

  test.each([
    ['a plain service is valid', {}, []],
    ['a port is required', { ports: [] }, ['spec.ports: Required value']],
    ['a headless service may have none', { ports: [], clusterIP: 'None' }, []],
    [
      'several ports are named',
      { ports: [{ port: 80 }, { port: 81, name: 'b' }] },
      ['spec.ports[0].name: Required value'],
    ],
    ['names are unique', { ports: [two[0], { ...two[1], name: 'a' }] }, ['spec.ports[1].name: Duplicate value: "a"']],
    [
      'ports are unique',
      { ports: [two[0], { ...two[1], port: 80 }] },
      ['spec.ports[1]: Duplicate value: {"protocol":"TCP","port":80}'],
    ],
    [
      'a target port is in range',
      { ports: [{ port: 80, targetPort: 70000 }] },
      ['spec.ports[0].targetPort: Invalid value: 70000: must be between 1 and 65535, inclusive'],
    ],
    [
      'a type is known',
      { type: 'Magic' },
      [
        'spec.type: Unsupported value: "Magic": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
      ],
    ],
    [
      'a ClusterIP has no node port',
      { ports: [{ port: 80, nodePort: 30000 }] },
      ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
    ],
    [
      'a NodePort is not headless',
      { type: 'NodePort', clusterIP: 'None' },
      ['spec.clusterIPs[0]: Invalid value: "None": may not be set to \'None\' for NodePort services'],
    ],
    ['an ExternalName has a name', { type: 'ExternalName', ports: [] }, ['spec.externalName: Required value']],
    [
      'an affinity is known',
      { sessionAffinity: 'Sticky' },
      ['spec.sessionAffinity: Unsupported value: "Sticky": supported values: "ClientIP", "None"'],
    ],
    [
      'an affinity has a bound',
      { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 86401 } } },
      [
        'spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 86401: must be greater than 0 and less than 86400',
      ],
    ],
    [
      'a cluster IP is an address',
      { clusterIP: 'x' },
      ['spec.clusterIPs[0]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
    ],
    [
      'external addresses are not the node’s own',
      { externalIPs: ['127.0.0.1'] },
      ['spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)'],
    ],
    [
      'an external policy needs an outside',
      { externalTrafficPolicy: 'Local' },
      ['spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services'],
    ],
    ['a selector is labels', { selector: { a: '-' } }, [expect.stringContaining('spec.selector: Invalid value: "-"')]],
  ])('%s', (_, more, errors) => {
    expect(creating(services, service(more))).toEqual(errors);
  });

  test('a name is a DNS label that starts with a letter', () => {
    expect(creating(services, { ...service({}), metadata: { ...metadata, name: '1a' } })[0]).toContain(
      'a DNS-1035 label must consist of',
    );
  });

  test('the cluster IP stays', () => {
    const ip = (clusterIP: string): object => service({ clusterIP, clusterIPs: [clusterIP] });
    expect(updating(services, ip('10.96.0.1'), ip('10.96.0.2'))).toEqual([
      'spec.clusterIPs[0]: Invalid value: ["10.96.0.2"]: may not change once set',
    ]);
    expect(
      updating(services, ip('10.96.0.1'), { metadata, spec: { type: 'ExternalName', externalName: 'x.y' } }),
    ).toEqual([]);
  });
});
