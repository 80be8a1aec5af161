import { X509Certificate } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { createCertificateRequest } from '@wherry/pki/certificate-request';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, kubectl, ok, run } from './run.ts';
import { type Meta, type Pod, Scene, must, rest, sh, stays } from './scene.ts';
import { suiteUp } from './suite.ts';

/**
 * What upstream's conformance descriptions promise of quotas, limits, classes of pods, custom resources and
 * certificates, as far as a whole cluster is needed to see it.
 */
const scene = new Scene('conformance-policies');
const counted = new Scene('conformance-quotas');
const scoped = new Scene('conformance-scopes');
beforeAll(async () => {
  await suiteUp();
  await Promise.all([scene, counted, scoped].map((each) => each.open()));
});
afterAll(() => Promise.all([scene, counted, scoped].map((each) => each.close())));

const merge = { 'content-type': 'application/merge-patch+json' };
type Amounts = Record<string, string>;
interface Quota {
  metadata: Meta;
  spec: { hard: Amounts };
  status: { hard?: Amounts; used?: Amounts };
}
const quota = (hard: Amounts, ...scopes: string[]) => ({ spec: { hard, scopes } });

/** Waits until a quota says what is used. */
async function uses(of: Scene, name: string, amounts: Amounts): Promise<void> {
  await eventually(`what ${name} counts`, async () => {
    const { status } = await must<Quota>('GET', of.path('resourcequotas', name));
    expect(status.used).toMatchObject(amounts);
    return true;
  });
}
const refusal = async (...request: Parameters<typeof rest>): Promise<[number, string]> => {
  const { status, body } = await rest<{ message: string }>(...request);
  return [status, body.message];
};
const gone = (path: string): Promise<unknown> =>
  eventually(`${path} is gone`, async () => (await rest('GET', path)).status === 404);

describe('quotas', () => {
  const limits = { cpu: '300m', memory: '64Mi' };
  const app = { app: 'counted' };
  const nothing = {
    metadata: { name: 'counted' },
    spec: {
      replicas: 0,
      selector: { matchLabels: app },
      template: { metadata: { labels: app }, spec: { containers: [stays('c')] } },
    },
  };
  counted.add('resourcequotas', {
    metadata: { name: 'all' },
    ...quota({
      configmaps: '2',
      secrets: '1',
      services: '2',
      'services.nodeports': '1',
      'services.loadbalancers': '0',
      pods: '2',
      'requests.cpu': '500m',
      'limits.memory': '100Mi',
      replicationcontrollers: '1',
      'count/replicasets.apps': '1',
      'count/jobs.batch': '1',
    }),
  });

  it('say soon what is used, which is the ConfigMap of every namespace', async () => {
    await uses(counted, 'all', { configmaps: '1', secrets: '0', pods: '0', 'requests.cpu': '0', services: '0' });
  });

  it('count objects as they come, refuse those that are too many, and release those that go', async () => {
    const service = (name: string, type: string): { metadata: { name: string }; spec: object } => ({
      metadata: { name },
      spec: { type, ports: [{ port: 80 }], selector: app },
    });
    await must('POST', counted.path('secrets'), { metadata: { name: 'one' } });
    await must('POST', counted.path('services'), service('node-port', 'NodePort'));
    await must('POST', counted.path('replicasets', '', 'apis/apps/v1'), nothing);
    await must('POST', counted.path('replicationcontrollers'), {
      metadata: { name: 'counted' },
      spec: { ...nothing.spec, selector: app },
    });
    const all = { secrets: '1', services: '1', 'services.nodeports': '1', replicationcontrollers: '1' };
    await uses(counted, 'all', { ...all, 'count/replicasets.apps': '1' });
    expect(await refusal('POST', counted.path('secrets'), { metadata: { name: 'two' } })).toEqual([
      403,
      'secrets "two" is forbidden: exceeded quota: all, requested: secrets=1, used: secrets=1, limited: secrets=1',
    ]);
    for (const type of ['NodePort', 'LoadBalancer'])
      expect((await refusal('POST', counted.path('services'), service('another', type)))[1]).toContain(
        'exceeded quota: all',
      );
    await must('DELETE', counted.path('secrets', 'one'));
    await must('DELETE', counted.path('services', 'node-port'));
    await must('DELETE', counted.path('replicasets', 'counted', 'apis/apps/v1'));
    await must('DELETE', counted.path('replicationcontrollers', 'counted'));
    await uses(counted, 'all', {
      secrets: '0',
      services: '0',
      'services.nodeports': '0',
      'count/replicasets.apps': '0',
      replicationcontrollers: '0',
    });
  });

  it('count what pods ask for, and release it when they have ended or are gone', async () => {
    const pod = (name: string, script: string, resources: object = { limits }) =>
      counted.podObject(name, [sh('c', script, { resources })]);
    await must('POST', counted.path('pods'), pod('stays', 'sleep 1000'));
    await uses(counted, 'all', { pods: '1', 'requests.cpu': '300m', 'limits.memory': '64Mi' });
    const before = await must<Quota>('GET', counted.path('resourcequotas', 'all'));
    expect(await refusal('POST', counted.path('pods'), pod('more', 'true'))).toEqual([
      403,
      'pods "more" is forbidden: exceeded quota: all, requested: limits.memory=64Mi,requests.cpu=300m, used: limits.memory=64Mi,requests.cpu=300m, limited: limits.memory=100Mi,requests.cpu=500m',
    ]);
    expect(await refusal('POST', counted.path('pods'), pod('silent', 'true', {}))).toEqual([
      403,
      'pods "silent" is forbidden: failed quota: all: must specify limits.memory for: c; requests.cpu for: c',
    ]);
    expect((await must<Quota>('GET', counted.path('resourcequotas', 'all'))).status).toEqual(before.status);
    const small = { limits: { cpu: '100m', memory: '16Mi' } };
    await must('POST', counted.path('pods'), pod('ends', 'true', small));
    await counted.ended('ends');
    await uses(counted, 'all', { pods: '1', 'requests.cpu': '300m' });
    await must('DELETE', counted.path('pods', 'stays'));
    await uses(counted, 'all', { pods: '0', 'requests.cpu': '0', 'limits.memory': '0' });
  });

  it('are raised, have a status of their own, and are deleted as a collection', async () => {
    const path = scene.path('resourcequotas');
    await must('POST', path, { metadata: { name: 'q', labels: { of: 'q' } }, ...quota({ pods: '1' }) });
    await uses(scene, 'q', {});
    await must('PATCH', `${path}/q`, { spec: { hard: { pods: '500' } } }, merge);
    await eventually('the new limit', async () => {
      return (await must<Quota>('GET', `${path}/q`)).status.hard?.['pods'] === '500';
    });
    await must('PATCH', `${path}/q/status`, { status: { hard: { pods: '7' } } }, merge);
    await eventually('the controller’s own word again', async () => {
      return (await must<Quota>('GET', `${path}/q`)).status.hard?.['pods'] === '500';
    });
    await must('DELETE', `${path}?labelSelector=of%3Dq`);
    await gone(`${path}/q`);
  });

  for (const scope of ['BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating'])
    scoped.add('resourcequotas', { metadata: { name: scope.toLowerCase() }, ...quota({ pods: '5' }, scope) });

  it('count within their scopes alone', async () => {
    const counts = (...pods: string[]): Promise<unknown> =>
      Promise.all(
        ['besteffort', 'notbesteffort', 'terminating', 'notterminating'].map((name, i) =>
          uses(scoped, name, { pods: pods[i]! }),
        ),
      );
    await counts('0', '0', '0', '0');
    await must('POST', scoped.path('pods'), scoped.podObject('idle', [stays('c')]));
    await counts('1', '0', '0', '1');
    await must(
      'POST',
      scoped.path('pods'),
      scoped.podObject('bounded', { activeDeadlineSeconds: 3600, containers: [stays('c', { resources: { limits } })] }),
    );
    await counts('1', '1', '1', '1');
    await must('DELETE', scoped.path('pods'));
    await counts('0', '0', '0', '0');
  });
});

describe('limit ranges', () => {
  const limited = new Scene('conformance-limits');
  beforeAll(() => limited.open());
  afterAll(() => limited.close());
  limited.add('limitranges', {
    metadata: { name: 'l', labels: { of: 'l' } },
    spec: {
      limits: [
        {
          type: 'Container',
          default: { cpu: '500m', memory: '96Mi' },
          defaultRequest: { cpu: '10m', memory: '8Mi' },
          min: { memory: '4Mi' },
          max: { memory: '128Mi' },
        },
      ],
    },
  });
  const tell = 'cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max';

  it('give pods what they do not ask for, which binds them', async () => {
    const containers = [sh('c', tell), sh('partly', tell, { resources: { limits: { memory: '64Mi' } } })];
    const made = await must<{ spec: { containers: { resources: object }[] } }>(
      'POST',
      limited.path('pods'),
      limited.podObject('defaulted', containers),
    );
    expect(made.spec.containers.map((c) => c.resources)).toEqual([
      { limits: { cpu: '500m', memory: '96Mi' }, requests: { cpu: '10m', memory: '8Mi' } },
      { limits: { cpu: '500m', memory: '64Mi' }, requests: { cpu: '10m', memory: '64Mi' } },
    ]);
    expect(await limited.output('defaulted')).toBe(String(96 << 20));
    expect(await limited.output('defaulted', 'partly')).toBe(String(64 << 20));
  });

  it('refuse what is too small or too large, until they are gone', async () => {
    const pod = (memory: string) =>
      limited.podObject('extreme', [sh('c', 'true', { resources: { requests: { memory }, limits: { memory } } })]);
    expect(await refusal('POST', limited.path('pods'), pod('2Mi'))).toEqual([
      403,
      'pods "extreme" is forbidden: minimum memory usage per Container is 4Mi, but request is 2Mi',
    ]);
    expect(await refusal('POST', limited.path('pods'), pod('200Mi'))).toEqual([
      403,
      'pods "extreme" is forbidden: maximum memory usage per Container is 128Mi, but limit is 200Mi',
    ]);
    await must('DELETE', `${limited.path('limitranges')}?labelSelector=of%3Dl`);
    await gone(limited.path('limitranges', 'l'));
    await eventually('no limit', async () => (await rest('POST', limited.path('pods'), pod('200Mi'))).status === 201);
  });
});

describe('classes of pods', () => {
  it('a runtime class hands its overhead to its pods; one that is not there takes none', async () => {
    const name = `${scene.namespace}-runtime`;
    const classes = '/apis/node.k8s.io/v1/runtimeclasses';
    const pod = scene.podObject('of-class', { runtimeClassName: name, containers: [sh('c', 'echo runs')] });
    expect(await refusal('POST', scene.path('pods'), pod)).toEqual([
      403,
      `pods "of-class" is forbidden: pod rejected: RuntimeClass "${name}" not found`,
    ]);
    await must('POST', classes, {
      metadata: { name },
      handler: 'runc',
      overhead: { podFixed: { cpu: '10m', memory: '1Mi' } },
    });
    const made = await eventually('the class is known', async () => {
      const answer = await rest<{ spec: object }>('POST', scene.path('pods'), pod);
      return answer.status === 201 && answer.body;
    });
    expect(made.spec).toMatchObject({ overhead: { cpu: '10m', memory: '1Mi' } });
    expect(await scene.output('of-class')).toBe('runs');
    await must('DELETE', `${classes}/${name}`);
  });

  it('a priority class sets the priority of its pods', async () => {
    const name = `${scene.namespace}-priority`;
    const classes = '/apis/scheduling.k8s.io/v1/priorityclasses';
    await must('POST', classes, { metadata: { name }, value: 1234, description: 'above others' });
    const pod = scene.podObject('important', { priorityClassName: name, containers: [sh('c', 'true')] });
    const made = await eventually('the class is known', async () => {
      const answer = await rest<{ spec: object }>('POST', scene.path('pods'), pod);
      return answer.status === 201 && answer.body;
    });
    expect(made.spec).toMatchObject({ priority: 1234, preemptionPolicy: 'PreemptLowerPriority' });
    await must('DELETE', `${classes}/${name}`);
    expect((await scene.ended('important')).status.phase).toBe('Succeeded');
  });
});

describe('custom resources', () => {
  const group = 'policies.e2e.wherry';
  const widgets = `apis/${group}/v1`;
  const definition = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const spec = {
    group,
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  };
  const widget = (name: string, owner?: Meta): Promise<{ metadata: Meta }> =>
    must('POST', scene.path('widgets', '', widgets), {
      apiVersion: `${group}/v1`,
      kind: 'Widget',
      metadata: {
        name,
        ownerReferences: owner && [
          { apiVersion: `${group}/v1`, kind: 'Widget', name: owner.name, uid: owner.uid, blockOwnerDeletion: true },
        ],
      },
    });
  beforeAll(async () => {
    await must('POST', definition, { metadata: { name: `widgets.${group}` }, spec });
    await eventually('widgets', async () => (await rest('GET', scene.path('widgets', '', widgets))).status === 200);
  });
  afterAll(() => rest('DELETE', `${definition}/widgets.${group}`));

  it.each(['Background', 'Foreground'])('are collected after their owner: %s', async (propagationPolicy) => {
    const name = propagationPolicy.toLowerCase();
    const { metadata } = await widget(name);
    await widget(`${name}-dependent`, metadata);
    await must('DELETE', scene.path('widgets', name, widgets), { propagationPolicy });
    for (const each of [name, `${name}-dependent`]) await gone(scene.path('widgets', each, widgets));
  });

  it('are left alone as orphans', async () => {
    const { metadata } = await widget('orphaning');
    await widget('orphan', metadata);
    await must('DELETE', scene.path('widgets', 'orphaning', widgets), { propagationPolicy: 'Orphan' });
    await gone(scene.path('widgets', 'orphaning', widgets));
    const left = await must<{ metadata: Meta }>('GET', scene.path('widgets', 'orphan', widgets));
    expect(left.metadata.ownerReferences).toBeUndefined();
  });

  it('own built-in objects, go with their namespace, and end with their definition', async () => {
    const { metadata } = await widget('owner');
    await must('POST', scene.path('configmaps'), {
      metadata: {
        name: 'owned',
        ownerReferences: [{ apiVersion: `${group}/v1`, kind: 'Widget', name: 'owner', uid: metadata.uid }],
      },
    });
    await must('DELETE', scene.path('widgets', 'owner', widgets));
    await gone(scene.path('configmaps', 'owned'));
    const place = new Scene('conformance-widgets');
    place.add('widgets', { apiVersion: `${group}/v1`, kind: 'Widget', metadata: { name: 'w' } }, widgets);
    await place.open();
    await place.close();
    await must('DELETE', `${definition}/widgets.${group}`);
    await gone(`${definition}/widgets.${group}`);
    await gone(scene.path('widgets', '', widgets));
  });
});

describe('certificate signing requests', () => {
  it('make a client’s certificate, once they are approved', async () => {
    const name = `${scene.namespace}-client`;
    const path = `/apis/certificates.k8s.io/v1/certificatesigningrequests/${name}`;
    const { request, key } = await createCertificateRequest({ commonName: 'e2e-user', organizations: ['e2e-group'] });
    await must('POST', '/apis/certificates.k8s.io/v1/certificatesigningrequests', {
      metadata: { name },
      spec: {
        request: Buffer.from(request).toString('base64'),
        signerName: 'kubernetes.io/kube-apiserver-client',
        usages: ['client auth'],
        expirationSeconds: 3600,
      },
    });
    await ok(kubectl, ['certificate', 'approve', name]);
    const { status } = await eventually('a certificate', async () => {
      const found = await must<{ status: { certificate?: string } }>('GET', path);
      return found.status.certificate !== undefined && found;
    });
    const pem = Buffer.from(status.certificate!, 'base64').toString();
    const certificate = new X509Certificate(pem);
    expect(certificate.subject.split('\n').toSorted()).toEqual(['CN=e2e-user', 'O=e2e-group']);
    expect(Date.parse(certificate.validTo) - Date.now()).toBeLessThan(3600_000);
    const both = `/tmp/${name}.pem`;
    await writeFile(both, `${pem}\n${key}`, { mode: 0o600 });
    const { stderr } = await run(kubectl, [
      '--kubeconfig=/dev/null',
      '--server=https://127.0.0.1:6443',
      '--certificate-authority=/etc/wherry/pki/ca.crt',
      `--client-certificate=${both}`,
      `--client-key=${both}`,
      'get',
      'pods',
    ]);
    await rm(both);
    expect(stderr).toContain('User "e2e-user" cannot list resource "pods"');
    await must('DELETE', path);
  });
});

describe('pods and their generation', () => {
  it('begin at one, count changes of the spec alone, and are observed by the kubelet', async () => {
    interface Counted extends Pod {
      metadata: Meta & { generation: number };
      status: Pod['status'] & { observedGeneration?: number };
    }
    const pod = scene.podObject('generations', [stays('c')], { generation: 100 });
    await must('POST', scene.path('pods'), pod);
    expect((await scene.ready('generations')).metadata.generation).toBe(1);
    const patches: [object, number][] = [
      [{}, 1],
      [{ spec: { tolerations: [{ key: 'a', operator: 'Exists' }] } }, 2],
      [{ spec: { activeDeadlineSeconds: 5000 } }, 3],
      [{ metadata: { annotations: { a: 'b' } } }, 3],
      [{ metadata: { generation: 1 } }, 3],
    ];
    for (const [patch, generation] of patches) {
      const after = await must<Counted>('PATCH', scene.path('pods', 'generations'), patch, {
        'content-type': 'application/strategic-merge-patch+json',
      });
      expect(after.metadata.generation).toBe(generation);
      await scene.until('generations', `observed ${generation}`, (p) => {
        return (p as Counted).status.observedGeneration === generation;
      });
    }
    const going = await must<Counted>('DELETE', `${scene.path('pods', 'generations')}?gracePeriodSeconds=60`);
    expect(going.metadata.generation).toBe(4);
    await must('DELETE', `${scene.path('pods', 'generations')}?gracePeriodSeconds=0`);
  });

  it('are evicted, if no budget forbids it', async () => {
    await must('POST', scene.path('pods'), scene.podObject('evicted', [stays('c')], { labels: { app: 'evicted' } }));
    await scene.ready('evicted');
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'evicted' } };
    await must('POST', scene.path('poddisruptionbudgets', '', 'apis/policy/v1'), {
      metadata: { name: 'none' },
      spec: { maxUnavailable: 0, selector: { matchLabels: { app: 'evicted' } } },
    });
    expect(await refusal('POST', `${scene.path('pods', 'evicted')}/eviction`, eviction)).toEqual([
      429,
      "Cannot evict pod as it would violate the pod's disruption budget.",
    ]);
    await must('DELETE', scene.path('poddisruptionbudgets', 'none', 'apis/policy/v1'));
    await must('POST', `${scene.path('pods', 'evicted')}/eviction`, eviction);
    await gone(scene.path('pods', 'evicted'));
  });
});
