import { deployments, namespaces, pods, type Namespace, type Pod, type PodSpec } from '@wherry/api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApiserver, type TestApiserver } from '../../../../../test/fixture/cluster-fixture.ts';
import { deployment, pod, refusal } from '../../testing/objects.ts';
import { violationsOf } from './checks.ts';

const find = (level: 'baseline' | 'restricted', spec: Partial<PodSpec>, minor = 36): string[] =>
  violationsOf(level, minor, {}, { containers: [{ name: 'a' }], ...spec } as PodSpec).map(
    ({ reason, detail }) => `${reason} (${detail})`,
  );
const container = (securityContext: object, name = 'a') => ({ name, securityContext });

test('a plain pod passes the baseline, and is told all that the restricted level misses', () => {
  expect(find('baseline', {})).toEqual([]);
  expect(find('restricted', {})).toEqual([
    'allowPrivilegeEscalation != false (container "a" must set securityContext.allowPrivilegeEscalation=false)',
    'unrestricted capabilities (container "a" must set securityContext.capabilities.drop=["ALL"])',
    'runAsNonRoot != true (pod or container "a" must set securityContext.runAsNonRoot=true)',
    'seccompProfile (pod or container "a" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
  ]);
});

test('a pod that does all that the restricted level asks passes it', () => {
  const good = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } };
  const securityContext = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };
  expect(find('restricted', { securityContext, containers: [container(good)] as PodSpec['containers'] })).toEqual([]);
});

test.each<[string, Partial<PodSpec>, string]>([
  ['host namespaces', { hostNetwork: true, hostPID: true }, 'host namespaces (hostNetwork=true, hostPID=true)'],
  [
    'privileged containers',
    { containers: [container({ privileged: true }), container({ privileged: true }, 'b')] as PodSpec['containers'] },
    'privileged (containers "a", "b" must not set securityContext.privileged=true)',
  ],
  [
    'capabilities',
    { containers: [container({ capabilities: { add: ['NET_ADMIN', 'CHOWN'] } })] as PodSpec['containers'] },
    'non-default capabilities (container "a" must not include "NET_ADMIN" in securityContext.capabilities.add)',
  ],
  ['host paths', { volumes: [{ name: 'v', hostPath: { path: '/' } }] }, 'hostPath volumes (volume "v")'],
  [
    'host ports',
    {
      containers: [
        {
          name: 'a',
          ports: [
            { containerPort: 1, hostPort: 80 },
            { containerPort: 2, hostPort: 81 },
          ],
        },
      ],
    },
    'hostPort (container "a" uses hostPorts 80, 81)',
  ],
  [
    'hosts of probes',
    { containers: [{ name: 'a', livenessProbe: { httpGet: { port: 1, host: 'evil' } } }] },
    'probe or lifecycle host (container "a" uses probe or lifecycle host "evil")',
  ],
  [
    'profiles that are none',
    { securityContext: { seccompProfile: { type: 'Unconfined' } } },
    'seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")',
  ],
  [
    'SELinux types',
    { securityContext: { seLinuxOptions: { type: 'spc_t', user: 'u' } } },
    'seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type "spc_t"; user may not be set)',
  ],
  [
    'sysctls',
    { securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '1' }] } },
    'forbidden sysctls (kernel.msgmax)',
  ],
  [
    'unmasked /proc',
    { containers: [container({ procMount: 'Unmasked' })] as PodSpec['containers'] },
    'procMount (container "a" must not set securityContext.procMount to "Unmasked")',
  ],
  [
    'ephemeral containers, like all others (CVE-2023-2727)',
    { ephemeralContainers: [container({ privileged: true }, 'debug')] as PodSpec['ephemeralContainers'] },
    'privileged (container "debug" must not set securityContext.privileged=true)',
  ],
])('the baseline refuses %s', (_, spec, wanted) => {
  expect(find('baseline', spec)).toEqual([wanted]);
});

test('an older version of the standard asks for what it asked for then', () => {
  expect(find('restricted', {}, 18)).toHaveLength(2);
  expect(
    find('baseline', { containers: [{ name: 'a', livenessProbe: { tcpSocket: { port: 1, host: 'h' } } }] }, 33),
  ).toEqual([]);
});

let cluster: TestApiserver;
beforeAll(async () => {
  cluster = await startTestApiserver();
});
afterAll(() => cluster.close());

const label = (name: string, labels: Record<string, string>) =>
  cluster.client.resource(namespaces).create({ metadata: { name, labels }, spec: {} } as Namespace);

test('a namespace’s label keeps a bad pod out, and the template of one is warned of', async () => {
  await label('strict', {
    'pod-security.kubernetes.io/enforce': 'baseline',
    'pod-security.kubernetes.io/warn': 'baseline',
  });
  const bad = { ...pod('bad', { hostIPC: true }), metadata: { name: 'bad', namespace: 'strict' } } as Pod;
  const error = await refusal(cluster.client.resource(pods).create(bad));
  expect(error.message).toBe(
    'pods "bad" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostIPC=true)',
  );
  const web = deployment('web');
  web.metadata.namespace = 'strict';
  web.spec.template.spec.hostIPC = true;
  const { headers } = await cluster.client.stream({
    method: 'POST',
    path: '/apis/apps/v1/namespaces/strict/deployments',
    body: web,
  });
  expect(headers['warning']).toContain(
    'would violate PodSecurity \\"baseline:latest\\": host namespaces (hostIPC=true)',
  );
  expect((await cluster.client.resource(deployments).get('web', { namespace: 'strict' })).metadata.name).toBe('web');
});

test('a label that says no level is refused', async () => {
  const error = await refusal(label('odd', { 'pod-security.kubernetes.io/enforce': 'paranoid' }));
  expect(error.code).toBe(422);
  expect(error.message).toContain(
    'metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "paranoid": must be one of privileged, baseline, restricted',
  );
});
