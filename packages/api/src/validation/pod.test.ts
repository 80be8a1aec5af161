import { formatFieldError } from '@wherry/apimachinery';
import { describe, expect, test } from 'vitest';
import { pods } from '../resources.ts';
import { validateBinding, validateStatusUpdate } from './index.ts';
import { container, creating, label, made, metadata, podOf, podWith, updating } from './judge.test-support.ts';

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

  test.each(['foo-', 'bar..', 'a.-b', ''])('%j names no sysctl', (name) => {
    const [found] = creating(pods, podWith({ securityContext: { sysctls: [{ name, value: '1' }] } }));
    expect(found).toContain('spec.securityContext.sysctls[0].name: ');
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
