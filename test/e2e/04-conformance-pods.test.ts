import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, kubectl, run } from './run.ts';
import { type Pod, Scene, conditionOf, must, rest, sh, statusOf, stays } from './scene.ts';
import { suiteUp } from './suite.ts';

/** What upstream's conformance descriptions promise of pods: [sig-node]. */
const scene = new Scene('conformance-pods');
beforeAll(async () => {
  await suiteUp();
  await scene.open();
});
afterAll(() => scene.close());

const image = { image: 'wherry/demo:1', imagePullPolicy: 'Never' };
const field = (name: string, fieldPath: string): unknown => ({ name, valueFrom: { fieldRef: { fieldPath } } });
const resource = (name: string, of: string, divisor?: string): unknown => ({
  name,
  valueFrom: { resourceFieldRef: { resource: of, divisor } },
});
/** The `NAME=value` lines that a container printed with `env`. */
async function environment(pod: string, container = 'c'): Promise<Record<string, string>> {
  const lines = (await scene.output(pod, container)).split('\n');
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

describe('containers', () => {
  const script = 'console.log(JSON.stringify(process.argv.slice(1)))';
  scene.pod('commands', [
    stays('image-defaults', { command: undefined }),
    { ...image, name: 'args', args: ['unused'] },
    { ...image, name: 'command', command: ['node', '-e', script] },
    { ...image, name: 'both', command: ['node', '-e', script], args: ['one', 'two words'] },
    { ...image, name: 'workdir', command: ['sh', '-c', 'echo $PWD'], workingDir: '/usr' },
  ]);

  it('runs the entrypoint of the image when the pod names no command', async () => {
    const pod = await scene.until('commands', 'the server answers', (p) => p.status.podIP !== undefined);
    await eventually('an answer', async () => {
      const answer = await fetch(`http://${pod.status.podIP}:8080/healthz`, { signal: AbortSignal.timeout(2_000) });
      return answer.status === 200;
    });
  });

  it('overrides the entrypoint of the image with the command, and hands it the args', async () => {
    expect(await scene.output('commands', 'command')).toBe('[]');
    expect(await scene.output('commands', 'both')).toBe('["one","two words"]');
  });

  it('starts a container in its working directory', async () => {
    expect(await scene.output('commands', 'workdir')).toBe('/usr');
  });

  scene.pod(
    'ten',
    Array.from({ length: 10 }, (_, i) => sh(`c${i}`, `echo out ${i}; echo err ${i} >&2; exit ${i % 2}`)),
  );
  it('runs ten containers in one pod, each with its own log of stdout and stderr', async () => {
    const pod = await scene.ended('ten');
    expect(pod.status.phase).toBe('Failed');
    expect(pod.status.containerStatuses!.map((c) => [c.name, c.state.terminated!.exitCode])).toEqual(
      Array.from({ length: 10 }, (_, i) => [`c${i}`, i % 2]),
    );
    expect((await scene.log('ten', 'c7')).split('\n').toSorted()).toEqual(['err 7', 'out 7']);
  });

  scene.pod('shared-network', [
    stays('server', { command: ['node', '-e', "require('http').createServer((q, s) => s.end('hi')).listen(9000)"] }),
    sh(
      'c',
      'until node -e "fetch(\'http://127.0.0.1:9000\').then(async (r) => console.log(await r.text()))" 2> /dev/null; do :; done',
    ),
  ]);
  it('gives the containers of a pod one network and one host name', async () => {
    expect(await scene.output('shared-network')).toBe('hi');
  });
});

describe('environment', () => {
  scene.add('configmaps', { metadata: { name: 'config' }, data: { 'data-1': 'value-1', KEY: 'from-config' } });
  scene.add('secrets', { metadata: { name: 'secret' }, stringData: { 'data-1': 'secret-1', WORD: 'hidden' } });
  scene.pod(
    'env',
    {
      hostname: 'the-host',
      containers: [
        sh('c', '', {
          // A shell would drop the names that it cannot write.
          command: [
            'node',
            '-e',
            'for (const [name, value] of Object.entries(process.env)) console.log(`${name}=${value}`)',
          ],
          resources: { requests: { cpu: '250m', memory: '32Mi' }, limits: { cpu: '1250m', memory: '64Mi' } },
          env: [
            field('NAME', 'metadata.name'),
            field('NS', 'metadata.namespace'),
            field('UID', 'metadata.uid'),
            field('IP', 'status.podIP'),
            field('HOST_IP', 'status.hostIP'),
            field('NODE', 'spec.nodeName'),
            field('ACCOUNT', 'spec.serviceAccountName'),
            field('COLOUR', "metadata.labels['colour']"),
            field('NOTE', "metadata.annotations['example.com/note']"),
            resource('CPU_LIMIT', 'limits.cpu'),
            resource('CPU_REQUEST', 'requests.cpu', '1m'),
            resource('MEMORY_LIMIT', 'limits.memory'),
            resource('MEMORY_REQUEST', 'requests.memory', '1Mi'),
            { name: 'CONFIG', valueFrom: { configMapKeyRef: { name: 'config', key: 'data-1' } } },
            { name: 'SECRET', valueFrom: { secretKeyRef: { name: 'secret', key: 'data-1' } } },
            { name: 'OPTIONAL', valueFrom: { configMapKeyRef: { name: 'absent', key: 'x', optional: true } } },
            { name: 'FOO', value: 'foo' },
            { name: 'COMPOSED', value: '$(FOO);;$(NS);;$$(FOO);;$(ABSENT)' },
            { name: 'KEY', value: 'explicit' },
          ],
          envFrom: [
            { configMapRef: { name: 'config' } },
            { prefix: 'P_', configMapRef: { name: 'config' } },
            { secretRef: { name: 'secret' } },
            { configMapRef: { name: 'absent', optional: true } },
          ],
        }),
        sh('defaults', 'env', {
          env: [resource('CPU_LIMIT', 'limits.cpu'), resource('MEMORY_LIMIT', 'limits.memory')],
        }),
        {
          ...image,
          name: 'args',
          command: ['sh', '-c', 'echo $(VALUE) $$(VALUE) "$0"'],
          args: ['$(VALUE)-$(NONE)'],
          env: [{ name: 'VALUE', value: 'v' }],
        },
        sh('hostname', 'hostname; cat /etc/hosts'),
      ],
      hostAliases: [{ ip: '203.0.113.7', hostnames: ['far', 'far.example.com'] }],
    },
    { labels: { colour: 'red' }, annotations: { 'example.com/note': 'a\nb' } },
  );

  it('tells a container its name, namespace, uid, addresses, node, labels and annotations', async () => {
    const [env, pod] = [await environment('env'), await scene.get('env')];
    expect(env).toMatchObject({
      NAME: 'env',
      NS: scene.namespace,
      UID: pod.metadata.uid,
      IP: pod.status.podIP,
      HOST_IP: pod.status.hostIP,
      NODE: pod.spec.nodeName,
      ACCOUNT: 'default',
      COLOUR: 'red',
      NOTE: 'a',
    });
    expect(pod.status.hostIP).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
  });

  it("tells a container its requests and limits by their divisors, and the node's allocatable for a limit that is not set", async () => {
    expect(await environment('env')).toMatchObject({
      CPU_LIMIT: '2',
      CPU_REQUEST: '250',
      MEMORY_LIMIT: String(64 * 1024 * 1024),
      MEMORY_REQUEST: '32',
    });
    const pod = await scene.get('env');
    const node = await must<{ status: { allocatable: { cpu: string; memory: string } } }>(
      'GET',
      `/api/v1/nodes/${pod.spec.nodeName}`,
    );
    const defaults = await environment('env', 'defaults');
    expect(defaults['CPU_LIMIT']).toBe(node.status.allocatable.cpu);
    expect(defaults['MEMORY_LIMIT']).toBe(String(Number.parseInt(node.status.allocatable.memory, 10) * 1024));
  });

  it('fills variables from ConfigMaps and Secrets, by key and as a whole, explicit ones winning', async () => {
    const env = await environment('env');
    expect(env).toMatchObject({
      CONFIG: 'value-1',
      SECRET: 'secret-1',
      KEY: 'explicit',
      P_KEY: 'from-config',
      WORD: 'hidden',
    });
    expect(env).not.toHaveProperty('OPTIONAL');
    // A key that no shell could name is set all the same since v1.34; the Secret's, later in the list, wins.
    expect(env['data-1']).toBe('secret-1');
  });

  it('composes variables from those before them, in values, commands and args; $$ escapes', async () => {
    expect((await environment('env'))['COMPOSED']).toBe(`foo;;${scene.namespace};;$(FOO);;$(ABSENT)`);
    expect(await scene.output('env', 'args')).toContain('v-$(NONE)');
  });

  it('writes the host name and the host aliases into the hosts file it manages', async () => {
    const output = await scene.output('env', 'hostname');
    expect(output.split('\n')[0]).toBe('the-host');
    expect(output).toContain('# Kubernetes-managed hosts file');
    expect(output).toMatch(/203\.0\.113\.7\s+far\s+far\.example\.com/);
    expect(output).toMatch(new RegExp(`${(await scene.get('env')).status.podIP}\\s+the-host`));
  });

  scene.pod('own-hosts', {
    volumes: [{ name: 'hosts', hostPath: { path: '/etc/hosts', type: 'File' } }],
    containers: [sh('c', 'cat /etc/hosts', { volumeMounts: [{ name: 'hosts', mountPath: '/etc/hosts' }] })],
  });
  scene.pod('host-network', { hostNetwork: true, containers: [sh('c', 'cat /etc/hosts; hostname')] });
  it('leaves the hosts file alone where a container mounts its own, and says so in the network of the host', async () => {
    expect(await scene.output('own-hosts')).not.toContain('Kubernetes-managed');
    expect(await scene.output('host-network')).not.toContain('# Kubernetes-managed hosts file.');
    const pod = await scene.get('host-network');
    expect(pod.status.podIP).toBe(pod.status.hostIP);
  });

  scene.add('services', {
    metadata: { name: 'foo-service' },
    spec: { ports: [{ name: 'web', port: 8765, targetPort: 8080 }], selector: { a: 'b' } },
  });
  scene.pod('service-env', [sh('c', 'env')]);
  scene.pod('no-service-env', { enableServiceLinks: false, containers: [sh('c', 'env')] });
  it('tells a container of the services of its namespace, unless it does not want to know', async () => {
    const { spec } = await must<{ spec: { clusterIP: string } }>('GET', scene.path('services', 'foo-service'));
    expect(await environment('service-env')).toMatchObject({
      FOO_SERVICE_SERVICE_HOST: spec.clusterIP,
      FOO_SERVICE_SERVICE_PORT: '8765',
      FOO_SERVICE_SERVICE_PORT_WEB: '8765',
      FOO_SERVICE_PORT: `tcp://${spec.clusterIP}:8765`,
      FOO_SERVICE_PORT_8765_TCP: `tcp://${spec.clusterIP}:8765`,
      FOO_SERVICE_PORT_8765_TCP_PORT: '8765',
      FOO_SERVICE_PORT_8765_TCP_PROTO: 'tcp',
      FOO_SERVICE_PORT_8765_TCP_ADDR: spec.clusterIP,
      KUBERNETES_SERVICE_PORT: '443',
    });
    const without = await environment('no-service-env');
    expect(without).not.toHaveProperty('FOO_SERVICE_SERVICE_HOST');
    expect(without).toHaveProperty('KUBERNETES_SERVICE_HOST');
  });

  scene.pod('missing-config', [
    sh('c', 'env', { env: [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'late', key: 'k' } } }] }),
  ]);
  it('waits with CreateContainerConfigError for a ConfigMap that a variable needs, and starts once it exists', async () => {
    const pod = await scene.until(
      'missing-config',
      'waits',
      (p) => statusOf(p)?.state.waiting?.reason === 'CreateContainerConfigError',
    );
    expect(statusOf(pod)!.state.waiting!.message).toBe('configmap "late" not found');
    await must('POST', scene.path('configmaps'), { metadata: { name: 'late' }, data: { k: 'now' } });
    expect((await environment('missing-config'))['X']).toBe('now');
  });
});

describe('how a pod ends', () => {
  for (const restartPolicy of ['Always', 'OnFailure', 'Never'])
    for (const code of [0, 1])
      scene.pod(`exit-${code}-${restartPolicy.toLowerCase()}`, {
        restartPolicy,
        containers: [sh('c', `exit ${code}`)],
      });

  it('restarts what exited under Always, only failures under OnFailure, nothing under Never', async () => {
    const restarted = (p: Pod): boolean => statusOf(p)!.restartCount >= 1;
    await Promise.all(
      ['exit-0-always', 'exit-1-always', 'exit-1-onfailure'].map((name) => scene.until(name, 'restarted', restarted)),
    );
    for (const name of ['exit-0-onfailure', 'exit-0-never', 'exit-1-never']) {
      const pod = await scene.ended(name);
      expect(statusOf(pod)!.restartCount).toBe(0);
      expect(pod.status.phase).toBe(name.includes('1') ? 'Failed' : 'Succeeded');
      expect(statusOf(pod)!.state.terminated!.reason).toBe(name.includes('1') ? 'Error' : 'Completed');
    }
    expect((await scene.get('exit-1-always')).status.phase).toBe('Running');
  });

  it('waits longer and longer between restarts, and says CrashLoopBackOff', async () => {
    const pod = await scene.until(
      'exit-1-always',
      'backs off',
      (p) => statusOf(p)?.state.waiting?.reason === 'CrashLoopBackOff',
    );
    expect(statusOf(pod)!.state.waiting!.message).toMatch(
      /^back-off \d+\S*s restarting failed container=c pod=exit-1-always_/,
    );
    expect(statusOf(pod)!.lastState.terminated!.exitCode).toBe(1);
    await scene.event('exit-1-always', 'BackOff');
  });

  it('can delete a pod that always fails', async () => {
    await must('DELETE', scene.path('pods', 'exit-1-onfailure'));
    await eventually(
      'it is gone',
      async () => (await rest('GET', scene.path('pods', 'exit-1-onfailure'))).status === 404,
    );
  });

  const message = (policy: string, script: string, settings = {}): Record<string, unknown> =>
    sh('c', script, { terminationMessagePolicy: policy, ...settings });
  scene.pod('message-file', [message('File', 'echo -n DONE > /dev/termination-log')]);
  scene.pod('message-path', [
    message('File', 'echo -n DONE > /dev/custom', {
      terminationMessagePath: '/dev/custom',
      securityContext: { runAsUser: 1000 },
    }),
  ]);
  scene.pod('message-log', [message('FallbackToLogsOnError', 'echo first; echo DONE; exit 1')]);
  scene.pod('message-success', [message('FallbackToLogsOnError', 'echo DONE')]);
  scene.pod('message-file-first', [message('FallbackToLogsOnError', 'echo log; echo -n FILE > /dev/termination-log')]);
  it('reports the termination message: from the file, any path, any user; from the log of a failure; else none', async () => {
    const of = async (name: string): Promise<string | undefined> =>
      statusOf(await scene.ended(name))!.state.terminated!.message;
    expect(await of('message-file')).toBe('DONE');
    expect(await of('message-path')).toBe('DONE');
    expect(await of('message-log')).toBe('first\nDONE\n');
    expect(await of('message-success')).toBeUndefined();
    expect(await of('message-file-first')).toBe('FILE');
  });

  scene.pod('deadline', [stays('c')]);
  it('ends a pod whose activeDeadlineSeconds were set while it ran and have passed', async () => {
    await scene.ready('deadline');
    await must(
      'PATCH',
      scene.path('pods', 'deadline'),
      { spec: { activeDeadlineSeconds: 1 } },
      { 'content-type': 'application/merge-patch+json' },
    );
    const pod = await scene.ended('deadline');
    expect(pod.status).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded' });
    expect(pod.status.message).toContain('active on the node longer than the specified deadline');
  });

  scene.pod('oom', [
    sh('c', '', {
      command: ['node', '-e', 'const a = []; for (;;) a.push(Buffer.alloc(1 << 24, 1))'],
      resources: { limits: { memory: '64Mi' } },
    }),
  ]);
  it('says OOMKilled and exit code 137 of a container that took more memory than its limit', async () => {
    // The engine may tell of it a moment after the end.
    await scene.until('oom', 'OOMKilled', (pod) => {
      const terminated = statusOf(pod)?.state.terminated;
      return terminated?.exitCode === 137 && terminated.reason === 'OOMKilled';
    });
  });

  scene.pod('bad-command', [sh('c', '', { command: ['/no/such/program'] })]);
  scene.pod('bad-image', { restartPolicy: 'Always', containers: [sh('c', '', { image: 'wherry/none:1' })] });
  scene.pod('bad-name', { restartPolicy: 'Always', containers: [sh('c', '', { image: 'UPPER//x' })] });
  it('says what is wrong with a program or an image that does not exist', async () => {
    const command = statusOf(await scene.ended('bad-command'))!.state.terminated!;
    expect(command.reason).toBe('StartError');
    expect(command.exitCode).not.toBe(0);
    expect(command.message).toContain('/no/such/program');
    const waiting =
      (reason: string) =>
      (p: Pod): boolean =>
        statusOf(p)?.state.waiting?.reason === reason;
    await scene.until('bad-image', 'ErrImageNeverPull', waiting('ErrImageNeverPull'));
    await scene.until('bad-name', 'InvalidImageName', waiting('InvalidImageName'));
  });
});

describe('init containers', () => {
  const inits = (script: string): unknown[] => [sh('first', script), sh('second', 'true')];
  scene.pod('init-never', { initContainers: inits('true'), containers: [sh('c', 'true')] });
  scene.pod('init-always', { restartPolicy: 'Always', initContainers: inits('true'), containers: [stays('c')] });
  for (const restartPolicy of ['Never', 'OnFailure', 'Always'])
    scene.pod(`init-fails-${restartPolicy.toLowerCase()}`, {
      restartPolicy,
      initContainers: inits('exit 3'),
      containers: [sh('c', 'true')],
    });
  scene.pod('sidecar', {
    initContainers: [
      stays('side', {
        restartPolicy: 'Always',
        startupProbe: { exec: { command: ['cat', '/dev/null'] }, periodSeconds: 1 },
      }),
      sh('after', 'true'),
    ],
    containers: [sh('c', 'true')],
  });

  it('run one after the other, before the app containers', async () => {
    const pod = await scene.ended('init-never');
    expect(pod.status.phase).toBe('Succeeded');
    const [first, second, app] = ['first', 'second', 'c'].map((name) => statusOf(pod, name)!.state.terminated!);
    expect(Date.parse(first!.finishedAt)).toBeLessThanOrEqual(Date.parse(second!.startedAt));
    expect(Date.parse(second!.finishedAt)).toBeLessThanOrEqual(Date.parse(app!.startedAt));
    const always = await scene.ready('init-always');
    expect(conditionOf(always, 'Initialized')!.status).toBe('True');
    expect(always.status.initContainerStatuses!.map((s) => [s.ready, s.restartCount])).toEqual([
      [true, 0],
      [true, 0],
    ]);
  });

  it('fail the pod when they fail under Never, and no app container starts', async () => {
    const pod = await scene.ended('init-fails-never');
    expect(pod.status.phase).toBe('Failed');
    expect(conditionOf(pod, 'Initialized')).toMatchObject({ status: 'False', reason: 'ContainersNotInitialized' });
    expect(statusOf(pod, 'second')!.state.waiting?.reason).toBe('PodInitializing');
    expect(statusOf(pod)!.state.waiting?.reason).toBe('PodInitializing');
  });

  it.each(['onfailure', 'always'])(
    'are tried again under %s, and no app container starts meanwhile',
    async (policy) => {
      const pod = await scene.until(
        `init-fails-${policy}`,
        'tried again',
        (p) => statusOf(p, 'first')!.restartCount >= 2,
      );
      expect(pod.status.phase).toBe('Pending');
      expect(conditionOf(pod, 'Initialized')).toMatchObject({ status: 'False', reason: 'ContainersNotInitialized' });
      expect(statusOf(pod, 'second')!.state.waiting?.reason).toBe('PodInitializing');
      expect(statusOf(pod)!.state.waiting?.reason).toBe('PodInitializing');
    },
  );

  it('that restart always run beside the rest, and do not keep the pod from its end', async () => {
    const pod = await scene.ended('sidecar');
    expect(pod.status.phase).toBe('Succeeded');
    expect(statusOf(pod, 'side')!.state.terminated).toBeDefined();
  });
});

describe('probes', () => {
  const probe = (handler: unknown, more = {}): unknown => ({
    ...(handler as object),
    periodSeconds: 1,
    failureThreshold: 1,
    // A busy machine is no failure.
    timeoutSeconds: 5,
    ...more,
  });
  const server = (settings: Record<string, unknown>): Record<string, unknown> =>
    sh('c', '', {
      // Healthy for two seconds, then not: the socket stays open.
      command: [
        'node',
        '-e',
        "const t = Date.now(); process.on('SIGTERM', () => process.exit()); require('http').createServer((q, s) => { s.statusCode = q.url === '/ok' || Date.now() - t < 2000 ? 200 : 500; s.end() }).listen(8080)",
      ],
      ...settings,
    });
  const http = (path: string): unknown => ({ httpGet: { path, port: 8080 } });
  const initialDelaySeconds = 1;
  scene.pod('live-http-fails', {
    restartPolicy: 'Always',
    containers: [server({ livenessProbe: probe(http('/healthz'), { initialDelaySeconds }) })],
  });
  scene.pod('live-http', {
    restartPolicy: 'Always',
    containers: [server({ livenessProbe: probe(http('/ok'), { initialDelaySeconds: 3 }) })],
  });
  scene.pod('live-tcp', {
    restartPolicy: 'Always',
    containers: [server({ livenessProbe: probe({ tcpSocket: { port: 8080 } }, { initialDelaySeconds: 3 }) })],
  });
  scene.pod('live-exec-fails', {
    restartPolicy: 'Always',
    containers: [
      sh('c', 'echo ok > /tmp-health; trap "exit 0" TERM; sleep 1000 & wait', {
        livenessProbe: probe({ exec: { command: ['cat', '/no-health'] } }),
      }),
    ],
  });
  scene.pod('live-grpc-fails', {
    restartPolicy: 'Always',
    containers: [stays('c', { livenessProbe: probe({ grpc: { port: 2333 } }) })],
  });
  scene.pod('never-ready', {
    restartPolicy: 'Always',
    containers: [stays('c', { readinessProbe: probe({ exec: { command: ['sh', '-c', 'exit 1'] } }) })],
  });
  scene.pod('ready-later', {
    restartPolicy: 'Always',
    containers: [
      stays('c', { readinessProbe: probe({ exec: { command: ['cat', '/dev/null'] } }, { initialDelaySeconds: 4 }) }),
    ],
  });
  scene.pod('startup', {
    restartPolicy: 'Always',
    containers: [
      sh('c', 'trap "exit 0" TERM; sleep 4; echo > /srv/up; sleep 1000 & wait', {
        startupProbe: probe({ exec: { command: ['cat', '/srv/up'] } }, { failureThreshold: 60 }),
        livenessProbe: probe({ exec: { command: ['cat', '/srv/up'] } }),
      }),
    ],
  });

  it.each(['live-http-fails', 'live-exec-fails', 'live-grpc-fails'])(
    'restart a container whose liveness probe fails (%s)',
    async (name) => {
      await scene.until(name, 'restarted', (p) => statusOf(p)!.restartCount >= 1);
      expect((await scene.event(name, 'Unhealthy')).message).toMatch(/^Liveness probe failed: /);
      expect((await scene.event(name, 'Killing')).message).toBe('Container c failed liveness probe, will be restarted');
    },
  );

  it('let a container be ready only after the initial delay of its readiness probe', async () => {
    const pod = await scene.ready('ready-later');
    const readyAt = Date.parse(conditionOf(pod, 'Ready')!.lastTransitionTime);
    expect(readyAt - Date.parse(statusOf(pod)!.state.running!.startedAt)).toBeGreaterThanOrEqual(4_000);
    expect(statusOf(pod)!.restartCount).toBe(0);
  });

  it('hold liveness back until the startup probe has succeeded', async () => {
    const pod = await scene.until('startup', 'started', (p) => statusOf(p)?.started === true);
    expect(statusOf(pod)!.restartCount).toBe(0);
    await scene.ready('startup');
  });

  it('that fail readiness make a pod unready, never restarted', async () => {
    await scene.event('never-ready', 'Unhealthy');
    const pod = await scene.get('never-ready');
    expect(conditionOf(pod, 'Ready')).toMatchObject({
      status: 'False',
      reason: 'ContainersNotReady',
      message: 'containers with unready status: [c]',
    });
    expect(statusOf(pod)).toMatchObject({ ready: false, started: true, restartCount: 0 });
  });

  it('that succeed restart nothing', async () => {
    // By the time its sibling was restarted twice, a probe of theirs would have failed as well.
    await scene.until('live-http-fails', 'restarted twice', (p) => statusOf(p)!.restartCount >= 2);
    for (const name of ['live-http', 'live-tcp']) expect(statusOf(await scene.ready(name))!.restartCount).toBe(0);
  });
});

describe('lifecycle hooks', () => {
  const handler = 'echo hook > /data/$HOOK';
  const data = {
    volumes: [{ name: 'data', hostPath: { path: `/tmp/${scene.namespace}-hooks`, type: 'DirectoryOrCreate' } }],
  };
  const mounts = { volumeMounts: [{ name: 'data', mountPath: '/data' }] };
  scene.pod('hook-server', [
    sh('c', '', {
      command: ['node', '-e', "require('http').createServer((q, s) => { console.log(q.url); s.end() }).listen(8080)"],
    }),
  ]);
  const post = { exec: { command: ['sh', '-c', handler] } };
  scene.pod('hooks-exec', {
    ...data,
    terminationGracePeriodSeconds: 10,
    containers: [
      stays('c', {
        ...mounts,
        env: [{ name: 'HOOK', value: 'post-start' }],
        lifecycle: { postStart: post, preStop: { exec: { command: ['sh', '-c', 'echo > /data/pre-stop'] } } },
      }),
    ],
  });
  scene.pod('hook-reader', { ...data, containers: [stays('c', mounts)] });
  scene.pod('hook-fails', {
    restartPolicy: 'Always',
    containers: [stays('c', { lifecycle: { postStart: { exec: { command: ['sh', '-c', 'exit 7'] } } } })],
  });

  const exec = async (...command: string[]): Promise<string> =>
    (await run(kubectl, ['exec', '-n', scene.namespace, 'hook-reader', '--', ...command])).stdout;

  it('run after the start and before the stop, by exec', async () => {
    await Promise.all([scene.ready('hook-reader'), scene.ready('hooks-exec')]);
    expect(await exec('ls', '/data')).toBe('post-start\n');
    await must('DELETE', scene.path('pods', 'hooks-exec'));
    await eventually(
      'the pod is gone',
      async () => (await rest('GET', scene.path('pods', 'hooks-exec'))).status === 404,
    );
    expect(await exec('ls', '/data')).toBe('post-start\npre-stop\n');
  });

  it('run after the start and before the stop, by HTTP', async () => {
    const host = (await scene.ready('hook-server')).status.podIP;
    const get = (path: string): unknown => ({ httpGet: { host, path, port: 8080 } });
    await must(
      'POST',
      scene.path('pods'),
      scene.podObject('hooks-http', [
        stays('c', { lifecycle: { postStart: get('/post-start'), preStop: get('/pre-stop') } }),
      ]),
    );
    await scene.ready('hooks-http');
    expect(await scene.log('hook-server')).toBe('/post-start');
    await must('DELETE', scene.path('pods', 'hooks-http'));
    await eventually(
      'the pre-stop hook was called',
      async () => (await scene.log('hook-server')) === '/post-start\n/pre-stop',
    );
  });

  it('that fail after the start kill the container, which is tried again', async () => {
    expect((await scene.event('hook-fails', 'FailedPostStartHook')).type).toBe('Warning');
    await scene.until('hook-fails', 'tried again', (p) => statusOf(p)!.restartCount >= 1);
  });
});

describe('security', () => {
  scene.pod('identity', {
    securityContext: { runAsUser: 1001, runAsGroup: 2002, supplementalGroups: [3003], fsGroup: 4004 },
    volumes: [{ name: 'v', emptyDir: {} }],
    containers: [
      sh('c', 'id; echo x > /v/file; ls -lnd /v /v/file', { volumeMounts: [{ name: 'v', mountPath: '/v' }] }),
      sh('own', 'id', { securityContext: { runAsUser: 65534, runAsGroup: 65533 } }),
    ],
  });
  it('runs containers as the user and groups asked for, those of the container before those of the pod', async () => {
    const [id, directory, file] = (await scene.output('identity')).split('\n');
    expect(id).toMatch(/^uid=1001 gid=2002 groups=/);
    for (const group of ['2002', '3003', '4004']) expect(id).toMatch(new RegExp(`[=,]${group}\\b`));
    expect(directory).toMatch(/^drwxrwsrwx\s+\d+\s+0\s+4004\s/);
    expect(file).toMatch(/\s1001\s+4004\s/);
    expect(await scene.output('identity', 'own')).toMatch(/^uid=65534 gid=65533 /);
  });

  const status = 'cat /proc/self/status';
  scene.pod('privileges', [
    sh('read-only', 'echo x > /file', { securityContext: { readOnlyRootFilesystem: true } }),
    sh('writable', 'echo x > /file', { securityContext: { readOnlyRootFilesystem: false } }),
    sh('no-escalation', status, { securityContext: { allowPrivilegeEscalation: false } }),
    sh('capabilities', status, { securityContext: { capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } } }),
    sh('plain', status),
  ]);
  it('keeps the root file system read-only where asked', async () => {
    const pod = await scene.ended('privileges');
    expect(statusOf(pod, 'read-only')!.state.terminated!.exitCode).not.toBe(0);
    expect(statusOf(pod, 'writable')!.state.terminated!.exitCode).toBe(0);
  });
  it('grants the capabilities asked for, no more', async () => {
    const of = async (container: string, field: string): Promise<string> =>
      new RegExp(`^${field}:\\s+(\\S+)`, 'm').exec(await scene.output('privileges', container))![1]!;
    expect(await of('no-escalation', 'NoNewPrivs')).toBe('1');
    expect(await of('plain', 'NoNewPrivs')).toBe('0');
    expect(BigInt(`0x${await of('capabilities', 'CapEff')}`)).toBe(1n << 10n);
    const few = BigInt(`0x${await of('plain', 'CapEff')}`);
    expect(few & (1n << 21n)).toBe(0n);
  });

  scene.pod('non-root', [sh('c', 'true', { securityContext: { runAsNonRoot: true } })]);
  it('does not run as root a container that must not', async () => {
    const pod = await scene.until(
      'non-root',
      'refused',
      (p) => statusOf(p)?.state.waiting?.reason === 'CreateContainerConfigError',
    );
    expect(statusOf(pod)!.state.waiting!.message).toContain('container has runAsNonRoot and image will run as root');
  });

  scene.pod('sysctl', {
    securityContext: { sysctls: [{ name: 'kernel.shm_rmid_forced', value: '1' }] },
    containers: [sh('c', 'cat /proc/sys/kernel/shm_rmid_forced')],
  });
  it('sets safe sysctls, and refuses names that are none', async () => {
    expect(await scene.output('sysctl')).toBe('1');
    const bad = scene.podObject('x', {
      securityContext: { sysctls: [{ name: 'foo-', value: 'bar' }] },
      containers: [sh('c', 'true')],
    });
    const answer = await rest<{ message: string }>('POST', scene.path('pods'), bad);
    expect(answer.status).toBe(422);
    expect(answer.body.message).toContain('spec.securityContext.sysctls[0].name: Invalid value: "foo-"');
  });

  scene.pod('shared-pids', { shareProcessNamespace: true, containers: [stays('other'), sh('c', 'ps -ef || ps')] });
  it('shows the processes of all containers of a pod that shares them', async () => {
    expect(await scene.output('shared-pids')).toMatch(/pause/);
  });
});

describe('pods as objects', () => {
  const resources = { requests: { cpu: '10m', memory: '8Mi' } };
  scene.pod('guaranteed', { containers: [sh('c', 'true', { resources: { limits: resources.requests } })] });
  scene.pod('burstable', { containers: [sh('c', 'true', { resources })] });
  scene.pod('best-effort', { containers: [sh('c', 'true')] }, { labels: { set: 'collection' } });
  scene.pod('best-effort-2', { containers: [sh('c', 'true')] }, { labels: { set: 'collection' } });

  it('have the quality of service class of their requests and limits', async () => {
    const of = async (name: string): Promise<string | undefined> => (await scene.get(name)).status.qosClass;
    expect([await of('guaranteed'), await of('burstable'), await of('best-effort')]).toEqual([
      'Guaranteed',
      'Burstable',
      'BestEffort',
    ]);
  });

  it('are deleted as a collection', async () => {
    await must('DELETE', `${scene.path('pods')}?labelSelector=set%3Dcollection`);
    await eventually(
      'none is left',
      async () =>
        (await must<{ items: Pod[] }>('GET', `${scene.path('pods')}?labelSelector=set%3Dcollection`)).items.length ===
        0,
    );
  });

  it('can be updated and their status patched; the spec stays as it is', async () => {
    await scene.ended('guaranteed');
    const pod = await scene.get('guaranteed');
    pod.metadata.labels = { time: 'now' };
    expect((await must<Pod>('PUT', scene.path('pods', 'guaranteed'), pod)).metadata.labels).toEqual({ time: 'now' });
    const found = await must<{ items: Pod[] }>('GET', `${scene.path('pods')}?labelSelector=time%3Dnow`);
    expect(found.items).toHaveLength(1);
    const patch = { metadata: { annotations: { patched: 'yes' } }, status: { message: 'Patched', reason: 'E2E' } };
    const patched = await must<Pod>('PATCH', `${scene.path('pods', 'guaranteed')}/status`, patch, {
      'content-type': 'application/strategic-merge-patch+json',
    });
    expect(patched.status).toMatchObject({ phase: 'Succeeded', message: 'Patched', reason: 'E2E' });
    const changed = await rest<{ message: string }>(
      'PATCH',
      scene.path('pods', 'guaranteed'),
      { spec: { containers: [{ name: 'c', command: ['x'] }] } },
      { 'content-type': 'application/strategic-merge-patch+json' },
    );
    expect(changed.status).toBe(422);
    expect(changed.body.message).toContain('pod updates may not change fields other than');
  });
});
