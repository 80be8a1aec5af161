import { formatFieldError } from '@wherry/apimachinery';
import { describe, expect, test } from 'vitest';
import { ingressClasses, ingresses, ipAddresses, networkPolicies, serviceCidrs } from '../resources.ts';
import { validateStatusUpdate } from './index.ts';
import { creating, made, metadata, updating } from './judge.test-support.ts';

const backend = { service: { name: 'web', port: { number: 80 } } };
const ingress = (spec: object, meta: object = metadata): object => ({ metadata: meta, spec });
const withPath = (path: object): object =>
  ingress({ rules: [{ http: { paths: [{ pathType: 'Prefix', path: '/', backend, ...path }] } }] });
const at = 'spec.rules[0].http.paths[0]';

describe('ingresses', () => {
  test('that are right', () => {
    expect(creating(ingresses, ingress({ defaultBackend: backend }))).toEqual([]);
    expect(creating(ingresses, withPath({}))).toEqual([]);
    const reference = { apiGroup: 'k8s.example.com', kind: 'Bucket', name: 'static' };
    expect(creating(ingresses, withPath({ backend: { resource: reference } }))).toEqual([]);
    const hosts = ingress({ rules: [{ host: '*.example.com' }], tls: [{ hosts: ['example.com'], secretName: 's' }] });
    expect(creating(ingresses, hosts)).toEqual([]);
  });

  test.each([
    [ingress({}), 'spec: Invalid value: null: either `defaultBackend` or `rules` must be specified'],
    [withPath({ path: 'x' }), `${at}.path: Invalid value: "x": must be an absolute path`],
    [withPath({ path: '/a//b' }), `${at}.path: Invalid value: "/a//b": must not contain '//'`],
    [withPath({ path: '/a/..' }), `${at}.path: Invalid value: "/a/..": cannot end with '/..'`],
    [
      withPath({ pathType: 'Regex' }),
      `${at}.pathType: Unsupported value: "Regex": supported values: "Exact", "ImplementationSpecific", "Prefix"`,
    ],
    [withPath({ pathType: '' }), `${at}.pathType: Required value: pathType must be specified`],
    [withPath({ backend: {} }), `${at}.backend: Invalid value: "": resource or service backend is required`],
    [
      withPath({ backend: { service: { name: 'web' } } }),
      `${at}.backend: Required value: port name or number is required`,
    ],
    [
      withPath({ backend: { service: { name: 'web', port: { name: 'http', number: 80 } } } }),
      `${at}.backend: Invalid value: "": cannot set both port name & port number`,
    ],
    [
      ingress({ rules: [{ host: '10.0.0.1' }] }),
      'spec.rules[0].host: Invalid value: "10.0.0.1": must be a DNS name, not an IP address',
    ],
    [ingress({ rules: [{ http: { paths: [] } }] }), 'spec.rules[0].http.paths: Required value'],
    [
      ingress(
        { defaultBackend: backend, ingressClassName: 'b' },
        { ...metadata, annotations: { 'kubernetes.io/ingress.class': 'a' } },
      ),
      'annotations.kubernetes.io/ingress.class: Invalid value: "a": must match `ingressClassName` when both are specified',
    ],
  ])('%j', (object, error) => {
    expect(creating(ingresses, object)).toContain(error);
  });

  test('their status names hosts, not addresses', () => {
    const object = made(ingresses, {
      ...ingress({ defaultBackend: backend }),
      status: { loadBalancer: { ingress: [{ ip: 'x' }, { hostname: '1.2.3.4' }] } },
    });
    expect(validateStatusUpdate(ingresses, object, object).map(formatFieldError)).toEqual([
      'status.loadBalancer.ingress[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      'status.loadBalancer.ingress[1].hostname: Invalid value: "1.2.3.4": must be a DNS name, not an IP address',
    ]);
  });
});

describe('ingress classes', () => {
  const ofClass = (spec: object): object => ({ metadata: { name: 'x' }, spec });
  const controller = 'example.com/ingress';
  const parameters = { kind: 'Conf', name: 'c' };

  test('their scope is the cluster unless they say otherwise', () => {
    expect(made(ingressClasses, ofClass({ controller, parameters }))).toMatchObject({
      spec: { parameters: { scope: 'Cluster' } },
    });
    expect(creating(ingressClasses, ofClass({ controller, parameters }))).toEqual([]);
  });

  test.each([
    [{}, 'spec.controller: Required value'],
    [
      { controller: 'nginx' },
      'spec.controller: Invalid value: "nginx": must be a domain-prefixed path (such as "acme.io/foo")',
    ],
    [{ controller: `a.io/${'x'.repeat(250)}` }, 'spec.controller: Too long: may not be more than 250 bytes'],
    [
      { controller, parameters: { ...parameters, namespace: 'a' } },
      "spec.parameters.namespace: Forbidden: `parameters.scope` is set to 'Cluster'",
    ],
    [
      { controller, parameters: { ...parameters, scope: 'Namespace' } },
      "spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'",
    ],
    [
      { controller, parameters: { ...parameters, kind: 'a/b' } },
      'spec.parameters.kind: Invalid value: "a/b": may not contain \'/\'',
    ],
  ])('%j', (spec, error) => {
    expect(creating(ingressClasses, ofClass(spec))).toContain(error);
  });

  test('keep their controller', () => {
    expect(updating(ingressClasses, ofClass({ controller }), ofClass({ controller: 'example.com/other' }))).toEqual([
      'spec.controller: Invalid value: "example.com/other": field is immutable',
    ]);
  });
});

describe('network policies', () => {
  const policy = (spec: object): object => ({ metadata, spec: { podSelector: {}, ...spec } });
  const from = (...peers: object[]): object => policy({ ingress: [{ from: peers }] });

  test('their types follow from their rules', () => {
    const types = (spec: object): unknown => (made(networkPolicies, policy(spec)) as { spec?: object }).spec;
    expect(types({})).toMatchObject({ policyTypes: ['Ingress'] });
    expect(types({ egress: [{}] })).toMatchObject({ policyTypes: ['Ingress', 'Egress'] });
    expect(types({ policyTypes: ['Egress'] })).toMatchObject({ policyTypes: ['Egress'] });
    const ports = types({ ingress: [{ ports: [{ port: 80 }] }] });
    expect(ports).toMatchObject({ ingress: [{ ports: [{ protocol: 'TCP' }] }] });
  });

  test('an exception lies within its block', () => {
    const block = (cidr: string, ...except: string[]): string[] =>
      creating(networkPolicies, from({ ipBlock: { cidr, except } }));
    expect(block('10.0.0.0/8', '10.1.0.0/16')).toEqual([]);
    expect(block('2001:db8::/32', '2001:db8:1::/48')).toEqual([]);
    const outside = (cidr: string): string =>
      `spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "${cidr}": must be a strict subset of \`cidr\``;
    expect(block('10.0.0.0/8', '10.0.0.0/8')).toEqual([outside('10.0.0.0/8')]);
    expect(block('10.0.0.0/8', '11.0.0.0/16')).toEqual([outside('11.0.0.0/16')]);
    expect(block('10.0.0.0/8', '2001:db8::/32')).toEqual([outside('2001:db8::/32')]);
    expect(block('10.0.0.0/40')[0]).toContain('must be a valid CIDR value');
    expect(block('')).toEqual(['spec.ingress[0].from[0].ipBlock.cidr: Required value']);
  });

  test.each([
    [from({}), 'spec.ingress[0].from[0]: Required value: must specify a peer'],
    [
      from({ podSelector: {}, ipBlock: { cidr: '10.0.0.0/8' } }),
      'spec.ingress[0].from[0]: Forbidden: may not specify both ipBlock and another peer',
    ],
    [
      policy({ egress: [{ ports: [{ port: 80, endPort: 70 }] }] }),
      'spec.egress[0].ports[0].endPort: Invalid value: 70: must be greater than or equal to `port`',
    ],
    [
      policy({ egress: [{ ports: [{ port: 'http', endPort: 70 }] }] }),
      'spec.egress[0].ports[0].endPort: Invalid value: 70: may not be specified when `port` is non-numeric',
    ],
    [
      policy({ egress: [{ ports: [{ endPort: 70 }] }] }),
      'spec.egress[0].ports[0].endPort: Invalid value: 70: may not be specified when `port` is not specified',
    ],
    [
      policy({ policyTypes: ['Both'] }),
      'spec.policyTypes[0]: Unsupported value: "Both": supported values: "Ingress", "Egress"',
    ],
    [
      policy({ ingress: [{ ports: [{ protocol: 'ICMP' }] }] }),
      'spec.ingress[0].ports[0].protocol: Unsupported value: "ICMP": supported values: "TCP", "UDP", "SCTP"',
    ],
  ])('%j', (object, error) => {
    expect(creating(networkPolicies, object)).toContain(error);
  });
});

describe('addresses and ranges', () => {
  const address = (name: string, parentRef: object = { resource: 'services', name: 'web' }): object => ({
    metadata: { name },
    spec: { parentRef },
  });

  test('an address has one name', () => {
    expect(creating(ipAddresses, address('10.96.0.1'))).toEqual([]);
    expect(creating(ipAddresses, address('2001:db8::1'))).toEqual([]);
    expect(creating(ipAddresses, address('2001:DB8:0::1'))).toEqual([
      'metadata.name: Invalid value: "2001:DB8:0::1": must be in canonical form ("2001:db8::1")',
    ]);
    expect(creating(ipAddresses, address('::ffff:1.2.3.4'))[0]).toContain('must not be an IPv4-mapped IPv6 address');
    expect(creating(ipAddresses, address('web'))[0]).toContain('must be a valid IP address');
    expect(creating(ipAddresses, address('10.96.0.1', {}))).toEqual(['spec.parentRef: Required value']);
    expect(creating(ipAddresses, address('10.96.0.1', { resource: 'services' }))).toEqual([
      'spec.parentRef.name: Required value',
    ]);
    const other = { resource: 'services', name: 'other' };
    expect(updating(ipAddresses, address('10.96.0.1'), address('10.96.0.1', other))[0]).toContain('field is immutable');
  });

  test('ranges are of two families at most, and only gain the second', () => {
    const ranges = (...cidrs: string[]): object => ({ metadata: { name: 'more' }, spec: { cidrs } });
    expect(creating(serviceCidrs, ranges('10.96.0.0/16', 'fd00::/112'))).toEqual([]);
    expect(creating(serviceCidrs, ranges())).toEqual(['spec.cidrs: Required value: at least one CIDR required']);
    expect(creating(serviceCidrs, ranges('10.96.0.0/16', '10.97.0.0/16'))[0]).toContain(
      'may specify no more than one IP for each IP family',
    );
    expect(creating(serviceCidrs, ranges('10.96.0.1/16'))).toEqual([
      'spec.cidrs[0]: Invalid value: "10.96.0.1/16": must not have bits set beyond the prefix length',
    ]);
    expect(creating(serviceCidrs, ranges('fd00:0::/112'))).toEqual([
      'spec.cidrs[0]: Invalid value: "fd00:0::/112": must be in canonical form ("fd00::/112")',
    ]);
    const one = ranges('10.96.0.0/16');
    expect(updating(serviceCidrs, one, ranges('10.96.0.0/16', 'fd00::/112'))).toEqual([]);
    expect(updating(serviceCidrs, one, ranges('10.97.0.0/16'))).toEqual([
      'spec.cidrs[0]: Invalid value: "10.97.0.0/16": field is immutable',
    ]);
    expect(updating(serviceCidrs, ranges('10.96.0.0/16', 'fd00::/112'), one)).toEqual([
      'spec.cidrs: Invalid value: ["10.96.0.0/16"]: field is immutable',
    ]);
  });
});
