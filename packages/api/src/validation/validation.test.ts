import { clone, decode, formatFieldError, type KubeObject } from '@wherry/apimachinery';
import { describe, expect, test } from 'vitest';
import { applyDefaults } from '../defaults/index.ts';
import type { Resource } from '../resource.ts';
import {
  configMaps,
  deployments,
  endpointSlices,
  endpoints,
  events,
  eventsV1,
  leases,
  namespaces,
  nodes,
  pods,
  replicaSets,
  secrets,
  serviceAccounts,
  services,
} from '../resources.ts';
import { validateBinding, validateCreate, validateStatusUpdate, validateUpdate } from './index.ts';

function made(resource: Resource, json: object): KubeObject {
  const { object, errors, strict } = decode<KubeObject>(resource.schema, clone(json));
  expect([...errors, ...strict]).toEqual([]);
  applyDefaults(resource, object);
  return object;
}
const creating = (resource: Resource, json: object): string[] =>
  validateCreate(resource, made(resource, json)).map(formatFieldError);
const updating = (resource: Resource, from: object, to: object): string[] =>
  validateUpdate(resource, made(resource, to), made(resource, from)).map(formatFieldError);

const metadata = { name: 'x', namespace: 'default' };
const container = { name: 'a', image: 'i:1' };
const podWith = (more: object): object => ({ metadata, spec: { containers: [container], ...more } });
const podOf = (more: object): object => ({ metadata, spec: { containers: [{ ...container, ...more }] } });
const label = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-'";

describe('metadata', () => {
  const config = (meta: object): object => ({ metadata: { ...metadata, ...meta } });
  test.each([
    ['a name is required', { name: undefined }, 'metadata.name: Required value: name or generateName is required'],
    [
      'a name must be a subdomain',
      { name: 'A' },
      'metadata.name: Invalid value: "A": a lowercase RFC 1123 subdomain must consist of',
    ],
    ['a name has a bound', { name: 'x'.repeat(254) }, 'must be no more than 253'],
    ['a name cannot climb paths', { name: '../etc' }, 'metadata.name: Invalid value: "../etc"'],
    ['a namespace must be a label', { namespace: 'a/b' }, `metadata.namespace: Invalid value: "a/b": ${label}`],
    ['a namespace is required', { namespace: undefined }, 'metadata.namespace: Required value'],
    ['a prefix is checked as a name', { generateName: '-a-' }, 'metadata.generateName: Invalid value: "-a-"'],
    [
      'a label key has a syntax',
      { labels: { '-a': 'b' } },
      'metadata.labels: Invalid value: "-a": name part must consist of',
    ],
    [
      'a label value has a syntax',
      { labels: { a: 'b c' } },
      'metadata.labels: Invalid value: "b c": a valid label must be',
    ],
    [
      'annotations are bounded together',
      { annotations: { a: 'x'.repeat(262_144) } },
      'metadata.annotations: Too long: may not be more than 262144 bytes',
    ],
    [
      'an owner has a uid',
      { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: '' }] },
      'metadata.ownerReferences[0].uid: Invalid value: "": must not be empty',
    ],
    [
      'a finalizer is qualified',
      { finalizers: ['mine'] },
      'name is neither a standard finalizer name nor is it fully qualified',
    ],
  ])('%s', (_, meta, message) => {
    expect(creating(configMaps, config(meta)).join('\n')).toContain(message);
  });

  test('only one owner is the controller', () => {
    const owner = (name: string): object => ({ apiVersion: 'v1', kind: 'Pod', name, uid: name, controller: true });
    expect(creating(configMaps, config({ ownerReferences: [owner('a'), owner('b')] })).join()).toContain(
      'Only one reference can have Controller set to true. Found "true" in references for a and b',
    );
  });

  test('a cluster-wide kind has no namespace', () => {
    expect(creating(namespaces, { metadata })).toEqual(['metadata.namespace: Forbidden: not allowed on this type']);
  });

  test('identity never changes', () => {
    expect(updating(configMaps, config({ uid: 'a' }), config({ uid: 'b' }))).toEqual([
      'metadata.uid: Invalid value: "b": field is immutable',
    ]);
  });

  test('what is being deleted takes no new finalizers', () => {
    const deletionTimestamp = '2024-01-01T00:00:00Z';
    const from = config({ deletionTimestamp, finalizers: ['a/b'] });
    expect(updating(configMaps, from, config({ deletionTimestamp, finalizers: ['a/b', 'c/d'] }))).toEqual([
      'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"c/d"}',
    ]);
  });
});

describe('pods', () => {
  test('a minimal pod is valid', () => {
    expect(creating(pods, podWith({}))).toEqual([]);
  });

  test('a rich pod is valid', () => {
    const rich = {
      ...container,
      ports: [{ name: 'web', containerPort: 80 }],
      env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: "metadata.labels['a/b']" } } }],
      envFrom: [{ configMapRef: { name: 'c' } }],
      resources: { limits: { cpu: '1', memory: '1Gi', 'example.com/gpu': '1' } },
      volumeMounts: [{ name: 'v', mountPath: '/v', subPath: 'a/b' }],
      livenessProbe: { httpGet: { port: 'web' } },
      lifecycle: { preStop: { sleep: { seconds: 5 } } },
      securityContext: { runAsUser: 0, seccompProfile: { type: 'RuntimeDefault' } },
    };
    const spec = {
      containers: [rich],
      initContainers: [
        { name: 'init', image: 'i' },
        { name: 'side', image: 'i', restartPolicy: 'Always', startupProbe: { tcpSocket: { port: 1 } } },
      ],
      volumes: [
        { name: 'v', emptyDir: { sizeLimit: '1Gi' } },
        { name: 'w', configMap: { name: 'c', items: [{ key: 'k', path: 'p' }] } },
      ],
      tolerations: [
        { operator: 'Exists' },
        { key: 'a', effect: 'NoExecute', tolerationSeconds: 5, operator: 'Exists' },
      ],
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'Gt', values: ['1'] }] }],
          },
        },
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname' }],
        },
      },
      topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }],
    };
    expect(creating(pods, { metadata, spec })).toEqual([]);
  });

  test.each([
    ['at least one container is required', { metadata }, 'spec.containers: Required value'],
    ['a container needs a name', podOf({ name: '' }), 'spec.containers[0].name: Required value'],
    ['a container’s name is a label', podOf({ name: 'A' }), `spec.containers[0].name: Invalid value: "A": ${label}`],
    ['an image is required', podOf({ image: undefined }), 'spec.containers[0].image: Required value'],
    [
      'an image has no space around it',
      podOf({ image: ' i' }),
      'spec.containers[0].image: Invalid value: " i": must not have leading or trailing whitespace',
    ],
    [
      'names are unique',
      podWith({ containers: [container, container] }),
      'spec.containers[1].name: Duplicate value: "a"',
    ],
    [
      'init containers share the names',
      podWith({ initContainers: [container] }),
      'spec.initContainers[0].name: Duplicate value: "a"',
    ],
    [
      'a port is in range',
      podOf({ ports: [{ containerPort: 70000 }] }),
      'spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive',
    ],
    [
      'a port has a number',
      podOf({ ports: [{ containerPort: 0 }] }),
      'spec.containers[0].ports[0].containerPort: Required value',
    ],
    [
      'a protocol is known',
      podOf({ ports: [{ containerPort: 1, protocol: 'ICMP' }] }),
      'spec.containers[0].ports[0].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"',
    ],
    [
      'a port’s name has a letter',
      podOf({ ports: [{ containerPort: 1, name: '80' }] }),
      'must contain at least one letter (a-z)',
    ],
    [
      'host ports are unique',
      podOf({
        ports: [
          { containerPort: 1, hostPort: 5 },
          { containerPort: 2, hostPort: 5 },
        ],
      }),
      'spec.containers[0].ports[1].hostPort: Duplicate value: "TCP//5"',
    ],
    ['a variable has a name', podOf({ env: [{ name: '' }] }), 'spec.containers[0].env[0].name: Required value'],
    [
      'a variable has one source',
      podOf({ env: [{ name: 'A', value: 'x', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }] }),
      'spec.containers[0].env[0].valueFrom: Invalid value: "": may not be specified when `value` is not empty',
    ],
    [
      'a field path exists',
      podOf({ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'spec.foo' } } }] }),
      'spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: "spec.foo": error converting fieldPath: field label not supported: spec.foo',
    ],
    [
      'a mount names a volume',
      podOf({ volumeMounts: [{ name: 'v', mountPath: '/v' }] }),
      'spec.containers[0].volumeMounts[0].name: Not found: "v"',
    ],
    [
      'a request is within its limit',
      podOf({ resources: { limits: { cpu: '1' }, requests: { cpu: '2' } } }),
      'spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
    ],
    [
      'an amount is not negative',
      podOf({ resources: { limits: { cpu: '-1' } } }),
      'spec.containers[0].resources.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0',
    ],
    [
      'a resource is standard or qualified',
      podOf({ resources: { limits: { gpu: '1' } } }),
      'spec.containers[0].resources.limits: Invalid value: "gpu": must be a standard resource type or fully qualified',
    ],
    [
      'an extended resource is whole',
      podOf({ resources: { limits: { 'a.b/c': '500m' } } }),
      'spec.containers[0].resources.limits[a.b/c]: Invalid value: "500m": must be an integer',
    ],
    [
      'a probe needs a way',
      podOf({ livenessProbe: {} }),
      'spec.containers[0].livenessProbe: Required value: must specify a handler type',
    ],
    [
      'a probe has one way',
      podOf({ readinessProbe: { exec: { command: ['x'] }, tcpSocket: { port: 1 } } }),
      'spec.containers[0].readinessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type',
    ],
    [
      'liveness needs one success',
      podOf({ livenessProbe: { tcpSocket: { port: 1 }, successThreshold: 2 } }),
      'spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1',
    ],
    [
      'a probe’s port is in range',
      podOf({ livenessProbe: { httpGet: { port: 0 } } }),
      'spec.containers[0].livenessProbe.httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive',
    ],
    [
      'a pull policy is known',
      podOf({ imagePullPolicy: 'Sometimes' }),
      'spec.containers[0].imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"',
    ],
    [
      'a user id is in range',
      podOf({ securityContext: { runAsUser: -1 } }),
      'spec.containers[0].securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive',
    ],
    [
      'privileged cannot forbid escalation',
      podOf({ securityContext: { privileged: true, allowPrivilegeEscalation: false } }),
      'cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
    ],
    [
      'a restart policy is known',
      podWith({ restartPolicy: 'Maybe' }),
      'spec.restartPolicy: Unsupported value: "Maybe": supported values: "Always", "OnFailure", "Never"',
    ],
    ['a DNS policy is known', podWith({ dnsPolicy: 'x' }), 'spec.dnsPolicy: Unsupported value: "x"'],
    [
      'dnsPolicy None needs a nameserver',
      podWith({ dnsPolicy: 'None' }),
      'spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None',
    ],
    [
      'nameservers are addresses',
      podWith({ dnsConfig: { nameservers: ['x'] } }),
      'spec.dnsConfig.nameservers[0]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
    ],
    [
      'volumes have unique names',
      podWith({ volumes: [{ name: 'v' }, { name: 'v' }] }),
      'spec.volumes[1].name: Duplicate value: "v"',
    ],
    [
      'a volume has one source',
      podWith({ volumes: [{ name: 'v', emptyDir: {}, hostPath: { path: '/' } }] }),
      'spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type',
    ],
    [
      'a host path does not climb',
      podWith({ volumes: [{ name: 'v', hostPath: { path: '/a/../b' } }] }),
      'spec.volumes[0].hostPath.path: Invalid value: "/a/../b": must not contain \'..\'',
    ],
    [
      'git repositories are refused (CVE-2024-10220)',
      podWith({ volumes: [{ name: 'v', gitRepo: { repository: 'x' } }] }),
      'spec.volumes[0].gitRepo: Forbidden',
    ],
    [
      'projected paths stay inside',
      podWith({ volumes: [{ name: 'v', secret: { secretName: 's', items: [{ key: 'k', path: '../x' }] } }] }),
      'spec.volumes[0].secret.items[0].path: Invalid value: "../x": must not contain \'..\'',
    ],
    [
      'a token lives ten minutes at least',
      podWith({
        serviceAccountName: 's',
        volumes: [
          { name: 'v', projected: { sources: [{ serviceAccountToken: { path: 't', expirationSeconds: 5 } }] } },
        ],
      }),
      'may not specify a duration less than 10 minutes',
    ],
    [
      'a toleration without a key is Exists',
      podWith({ tolerations: [{ value: 'x' }] }),
      'spec.tolerations[0].operator: Invalid value: "": operator must be Exists when `key` is empty',
    ],
    [
      'tolerationSeconds needs NoExecute',
      podWith({ tolerations: [{ key: 'a', tolerationSeconds: 1 }] }),
      'spec.tolerations[0].effect: Invalid value: "": effect must be \'NoExecute\' when `tolerationSeconds` is set',
    ],
    [
      'a weight is 1 to 100',
      podWith({
        affinity: {
          nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 0, preference: {} }] },
        },
      }),
      'preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid value: 0: must be in the range 1-100',
    ],
    [
      'ephemeral containers come later',
      podWith({ ephemeralContainers: [{ name: 'e', image: 'i' }] }),
      'spec.ephemeralContainers: Forbidden: cannot be set on create',
    ],
    [
      'a host’s port is the container’s',
      podWith({ hostNetwork: true, containers: [{ ...container, ports: [{ containerPort: 80, hostPort: 81 }] }] }),
      'spec.containers[0].ports[0].hostPort: Invalid value: 81: must match `containerPort` when `hostNetwork` is true',
    ],
    [
      'init containers have no probes',
      podWith({ initContainers: [{ name: 'i', image: 'i', livenessProbe: { tcpSocket: { port: 1 } } }] }),
      'spec.initContainers[0].livenessProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
    ],
    ['a node selector is labels', podWith({ nodeSelector: { a: 'b c' } }), 'spec.nodeSelector: Invalid value: "b c"'],
    [
      'a deadline is positive',
      podWith({ activeDeadlineSeconds: 0 }),
      'spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive',
    ],
  ])('%s', (_, json, message) => {
    const errors = creating(pods, json);
    expect(
      errors.some((error) => error.includes(message)),
      errors.join('\n'),
    ).toBe(true);
  });

  test('the image may change, nothing else', () => {
    expect(updating(pods, podWith({}), podOf({ image: 'i:2' }))).toEqual([]);
    const errors = updating(pods, podWith({}), podWith({ hostNetwork: true }));
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(
      /^spec: Forbidden: pod updates may not change fields other than `spec.containers\[\*\].image`,/,
    );
    expect(errors[0]).toContain('+ hostNetwork: true');
  });

  test('containers are neither added nor removed', () => {
    const two = podWith({ containers: [container, { ...container, name: 'b' }] });
    expect(updating(pods, podWith({}), two)).toEqual([
      'spec.containers: Forbidden: pod updates may not add or remove containers',
    ]);
  });

  test('tolerations may be added, not taken away', () => {
    const tolerant = podWith({ tolerations: [{ key: 'a', operator: 'Exists' }] });
    expect(updating(pods, podWith({}), tolerant)).toEqual([]);
    expect(updating(pods, tolerant, podWith({}))).toEqual([
      'spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds',
    ]);
  });

  test('a status cannot bring an ended container back', () => {
    const withState = (state: object): object => ({
      ...podWith({ restartPolicy: 'Never' }),
      status: { containerStatuses: [{ name: 'a', image: '', imageID: '', ready: false, restartCount: 0, state }] },
    });
    const [from, to] = [made(pods, withState({ terminated: { exitCode: 0 } })), made(pods, withState({ running: {} }))];
    expect(validateStatusUpdate(pods, to, from).map(formatFieldError)).toEqual([
      'status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state',
    ]);
  });

  test('a binding names a node', () => {
    expect(validateBinding({ metadata: { name: 'p' }, target: { kind: 'Pod' } }).map(formatFieldError)).toEqual([
      'target.kind: Unsupported value: "Pod": supported values: "Node", "<empty>"',
      'target.name: Required value',
    ]);
  });
});

describe('workloads', () => {
  const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [container] } };
  const deployment = (more: object): object => ({
    metadata,
    spec: { selector: { matchLabels: { app: 'a' } }, template, ...more },
  });

  test('a deployment is valid', () => {
    expect(creating(deployments, deployment({}))).toEqual([]);
    expect(creating(replicaSets, deployment({}))).toEqual([]);
  });

  test.each([
    [
      'the selector matches the template',
      { selector: { matchLabels: { app: 'b' } } },
      'spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`',
    ],
    ['a selector is required', { selector: undefined }, 'spec.selector: Required value'],
    [
      'an empty selector is invalid',
      { selector: {} },
      'spec.selector: Invalid value: {}: empty selector is invalid for deployment',
    ],
    [
      'a selector’s operator is known',
      { selector: { matchExpressions: [{ key: 'a', operator: 'Is' }] } },
      'spec.selector.matchExpressions[0].operator: Invalid value: "Is": not a valid selector operator',
    ],
    [
      'replicas are not negative',
      { replicas: -1 },
      'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    ],
    [
      'pods of a workload always restart',
      { template: { ...template, spec: { ...template.spec, restartPolicy: 'Never' } } },
      'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
    ],
    [
      'the template is checked',
      { template: { ...template, spec: { containers: [{ name: 'a' }] } } },
      'spec.template.spec.containers[0].image: Required value',
    ],
    [
      'a strategy is known',
      { strategy: { type: 'Blue' } },
      'spec.strategy.type: Unsupported value: "Blue": supported values: "Recreate", "RollingUpdate"',
    ],
    [
      'Recreate has no bounds',
      { strategy: { type: 'Recreate', rollingUpdate: {} } },
      "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
    ],
    [
      'an update must be able to move',
      { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: '0%' } } },
      'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0',
    ],
    [
      'no more than all may be missing',
      { strategy: { rollingUpdate: { maxUnavailable: '101%' } } },
      'must not be greater than 100%',
    ],
    [
      'a percentage has a syntax',
      { strategy: { rollingUpdate: { maxSurge: 'x' } } },
      'spec.strategy.rollingUpdate.maxSurge: Invalid value: "x": a valid percent string must be',
    ],
    [
      'the deadline is past minReadySeconds',
      { minReadySeconds: 600 },
      'spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds',
    ],
  ])('%s', (_, more, message) => {
    const errors = creating(deployments, deployment(more));
    expect(
      errors.some((error) => error.includes(message)),
      errors.join('\n'),
    ).toBe(true);
  });

  test('the selector never changes', () => {
    const labels = { app: 'a', b: 'c' };
    const to = deployment({ selector: { matchLabels: labels }, template: { ...template, metadata: { labels } } });
    const message = 'spec.selector: Invalid value: {"matchLabels":{"app":"a","b":"c"}}: field is immutable';
    expect(updating(deployments, deployment({}), to)).toEqual([message]);
    expect(updating(replicaSets, deployment({}), to)).toEqual([message]);
  });

  test('a status counts no more than there is', () => {
    const object = made(replicaSets, { ...deployment({}), status: { replicas: 1, readyReplicas: 2 } });
    expect(validateStatusUpdate(replicaSets, object, object).map(formatFieldError)).toEqual([
      'status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas',
    ]);
  });
});

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

describe('endpoints', () => {
  const special = [
    ['127.0.0.1', 'may not be in the loopback range'],
    ['169.254.169.254', 'may not be in the link-local range'],
    ['0.0.0.0', 'may not be unspecified'],
    ['224.0.0.1', 'may not be in the link-local multicast range'],
    ['::1', 'may not be in the loopback range'],
    ['0:0:0:0:0:0:0:1', 'may not be in the loopback range'],
    ['::ffff:127.0.0.1', 'may not be in the loopback range'],
    ['fe80::1', 'may not be in the link-local range'],
    ['FE80::1', 'may not be in the link-local range'],
  ];
  test.each(special)('%s is refused (CVE-2021-25737)', (address, message) => {
    const slice = {
      metadata,
      addressType: address.includes(':') ? 'IPv6' : 'IPv4',
      endpoints: [{ addresses: [address] }],
    };
    expect(creating(endpointSlices, slice).join()).toContain(
      `endpoints[0].addresses[0]: Invalid value: "${address}": ${message}`,
    );
    const subsets = [{ addresses: [{ ip: address }], ports: [{ port: 80 }] }];
    expect(creating(endpoints, { metadata, subsets }).join()).toContain(
      `subsets[0].addresses[0].ip: Invalid value: "${address}": ${message}`,
    );
  });

  test.each([
    ['an address type is required', { endpoints: [] }, 'addressType: Required value'],
    [
      'an address type is known',
      { addressType: 'IPX' },
      'addressType: Unsupported value: "IPX": supported values: "FQDN", "IPv4", "IPv6"',
    ],
    [
      'addresses fit their type',
      { addressType: 'IPv4', endpoints: [{ addresses: ['fd00::1'] }] },
      'must be a valid IPv4 address',
    ],
    [
      'an endpoint has an address',
      { addressType: 'IPv4', endpoints: [{ addresses: [] }] },
      'endpoints[0].addresses: Required value: must contain at least 1 address',
    ],
    [
      'there is a bound',
      { addressType: 'IPv4', endpoints: Array.from({ length: 1001 }, () => ({ addresses: ['10.0.0.1'] })) },
      'endpoints: Too many: 1001: must have at most 1000 items',
    ],
    [
      'port names are unique',
      { addressType: 'IPv4', ports: [{ port: 1 }, { port: 2 }] },
      'ports[1].name: Duplicate value: ""',
    ],
  ])('%s', (_, more, message) => {
    expect(creating(endpointSlices, { metadata, ...more }).join('\n')).toContain(message);
  });

  test('the address type never changes', () => {
    expect(updating(endpointSlices, { metadata, addressType: 'IPv4' }, { metadata, addressType: 'IPv6' })).toEqual([
      'addressType: Invalid value: "IPv6": field is immutable',
    ]);
  });

  test('a subset has addresses', () => {
    expect(creating(endpoints, { metadata, subsets: [{ ports: [{ port: 80 }] }] })).toEqual([
      'subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`',
    ]);
  });
});

describe('configuration', () => {
  test('keys have a syntax, and any word of JavaScript is one', () => {
    expect(creating(configMaps, { metadata, data: { 'a/b': '' } })[0]).toContain(
      'data[a/b]: Invalid value: "a/b": a valid config key',
    );
    expect(
      creating(
        configMaps,
        JSON.parse('{"metadata":{"name":"x","namespace":"default"},"data":{"__proto__":"a","constructor":"b"}}'),
      ),
    ).toEqual([]);
  });

  test('a key is text or binary, not both', () => {
    expect(creating(configMaps, { metadata, data: { a: '' }, binaryData: { a: '' } })).toEqual([
      'data[a]: Invalid value: "a": duplicate of key present in binaryData',
    ]);
  });

  test('a mebibyte is the most', () => {
    expect(creating(configMaps, { metadata, data: { a: 'x'.repeat(1_048_576) } })).toEqual([]);
    expect(creating(configMaps, { metadata, data: { a: 'x'.repeat(1_048_577) } })).toEqual([
      '[]: Too long: may not be more than 1048576 bytes',
    ]);
    expect(creating(secrets, { metadata, data: { a: btoa('x'.repeat(1_048_577)) } })).toEqual([
      'data: Too long: may not be more than 1048576 bytes',
    ]);
  });

  test('what is immutable stays', () => {
    const from = { metadata, immutable: true, data: { a: 'YQ==' } };
    for (const resource of [configMaps, secrets]) {
      expect(updating(resource, from, { ...from, data: { a: 'Yg==' } })).toEqual([
        'data: Forbidden: field is immutable when `immutable` is set',
      ]);
      expect(updating(resource, from, { metadata, data: from.data })).toEqual([
        'immutable: Forbidden: field is immutable when `immutable` is set',
      ]);
      expect(updating(resource, from, { ...from, metadata: { ...metadata, labels: { a: 'b' } } })).toEqual([]);
    }
  });

  test.each([
    ['kubernetes.io/tls', ['data[tls.crt]: Required value', 'data[tls.key]: Required value']],
    ['kubernetes.io/ssh-auth', ['data[ssh-privatekey]: Required value']],
    ['kubernetes.io/basic-auth', ['data[username]: Required value', 'data[password]: Required value']],
    ['kubernetes.io/dockerconfigjson', ['data[.dockerconfigjson]: Required value']],
    [
      'kubernetes.io/service-account-token',
      ['metadata.annotations[kubernetes.io/service-account.name]: Required value'],
    ],
    ['Opaque', []],
  ])('a secret of type %s has its keys', (type, errors) => {
    expect(creating(secrets, { metadata, type })).toEqual(errors);
  });

  test('the type of a secret never changes, and its contents stay out of messages', () => {
    expect(updating(secrets, { metadata, type: 'a/b' }, { metadata, type: 'a/c' })).toEqual([
      'type: Invalid value: "a/c": field is immutable',
    ]);
    const data = { '.dockerconfigjson': btoa('hunter2') };
    const errors = creating(secrets, { metadata, type: 'kubernetes.io/dockerconfigjson', data });
    expect(errors[0]).toContain('<secret contents redacted>');
    expect(errors.join()).not.toContain('hunter2');
  });
});

describe('the small kinds', () => {
  test('nodes', () => {
    const node = (more: object): object => ({ metadata: { name: 'n' }, ...more });
    const taint = { key: 'a', effect: 'NoSchedule' };
    expect(creating(nodes, node({ spec: { taints: [taint, taint] } }))[0]).toContain(
      'taints must be unique by key and effect pair',
    );
    expect(creating(nodes, node({ spec: { taints: [{ key: 'a', effect: 'x' }] } }))).toEqual([
      'spec.taints[0].effect: Unsupported value: "x": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
    ]);
    expect(creating(nodes, node({ spec: { podCIDRs: ['x'] } }))[0]).toContain('must be a valid CIDR value');
    expect(
      updating(nodes, node({ spec: { podCIDRs: ['10.0.0.0/24'] } }), node({ spec: { podCIDRs: ['10.0.1.0/24'] } })),
    ).toEqual(['spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid']);
  });

  test('namespaces', () => {
    expect(creating(namespaces, { metadata: { name: 'a.b' } })).toEqual([
      'metadata.name: Invalid value: "a.b": must not contain dots',
    ]);
    const object = made(namespaces, { metadata: { name: 'a' }, status: { phase: 'Gone' } });
    expect(validateStatusUpdate(namespaces, object, object).map(formatFieldError)).toEqual([
      'status.Phase: Invalid value: "Gone": may only be \'Active\' if `deletionTimestamp` is empty',
    ]);
  });

  test('leases', () => {
    expect(creating(leases, { metadata, spec: { leaseDurationSeconds: 0, leaseTransitions: -1 } })).toEqual([
      'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0',
      'spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0',
    ]);
  });

  test('events stay with what they are about', () => {
    expect(creating(events, { metadata, involvedObject: { namespace: 'other' } })).toEqual([
      'involvedObject.namespace: Invalid value: "other": does not match event.namespace',
    ]);
    expect(creating(events, { metadata, involvedObject: { kind: 'Node' } })).toEqual([]);
    const errors = creating(eventsV1, { metadata, regarding: { namespace: 'default' } });
    expect(errors).toContain('eventTime: Required value');
    expect(errors).toContain('reportingController: Required value');
  });

  test('service accounts', () => {
    expect(creating(serviceAccounts, { metadata })).toEqual([]);
  });
});
