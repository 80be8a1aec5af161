import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, kubectl, kubectls, ok, run, start, wherry } from './run.ts';
import { suiteUp } from './suite.ts';

const DEMO_IMAGE = 'wherry/demo:1';
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wherry-e2e-'));
  await suiteUp();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const manifest = (message: string, namespace: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: ${namespace} }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - { name: web, image: "${DEMO_IMAGE}", imagePullPolicy: Never, env: [{ name: MESSAGE, value: ${message} }] }
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: ${namespace} }
spec: { selector: { app: web }, ports: [{ port: 80, targetPort: 8080 }] }
`;

const clients = [...kubectls(), { name: 'wherry', path: wherry }];

describe.each(clients)('$name', ({ name, path }) => {
  const namespace = `cli-${name.replace(/[^a-z0-9]+/g, '-')}`;
  const cli = (...args: string[]): Promise<string> => ok(path, args);
  const inNamespace = (...args: string[]): Promise<string> => ok(path, ['-n', namespace, ...args]);

  beforeAll(() => cli('create', 'namespace', namespace));
  afterAll(() => cli('delete', 'namespace', namespace, '--wait=true', '--timeout=90s'));

  it('gets nodes, pods and services of all namespaces', async () => {
    const text = await cli('get', 'nodes,pods,svc', '-A');
    expect(text).toMatch(/node\/\S+\s+Ready/);
    expect(text.match(/pod\/demo-\S+\s+1\/1\s+Running/g)).toHaveLength(3);
    expect(text).toMatch(/service\/kubernetes\s+ClusterIP\s+10\.96\.0\.1\s+<none>\s+443\/TCP/);
    expect(text).toMatch(/service\/demo-nodeport\s+NodePort\s+\S+\s+<none>\s+80:30080\/TCP/);
  });

  it('applies a manifest, and applying it again changes nothing', async () => {
    const file = join(folder, `${namespace}.yaml`);
    await writeFile(file, manifest('one', namespace));
    expect(await cli('apply', '-f', file)).toBe('deployment.apps/web created\nservice/web created\n');
    expect(await cli('apply', '-f', file)).toBe('deployment.apps/web unchanged\nservice/web unchanged\n');
    expect(await inNamespace('rollout', 'status', 'deployment/web', '--timeout=60s')).toContain(
      'deployment "web" successfully rolled out',
    );
  });

  it('prints yaml, wide and jsonpath', async () => {
    expect(await inNamespace('get', 'deployment', 'web', '-o', 'yaml')).toContain('progressDeadlineSeconds: 600');
    expect(await inNamespace('get', 'pods', '-o', 'wide')).toMatch(/NOMINATED NODE +READINESS GATES\n/);
    expect(await inNamespace('get', 'deploy', 'web', '-o', 'jsonpath={.spec.template.spec.containers[*].name}')).toBe(
      'web',
    );
    expect(await inNamespace('get', 'pods', '-o', 'name')).toMatch(/^pod\/web-\S+\npod\/web-\S+\n$/);
  });

  it('describes a pod with its events', async () => {
    expect(await inNamespace('describe', 'pods')).toMatch(/^Name: +web-/m);
    // Events are written by the way, a little after what they tell of.
    for (const reason of ['Scheduled', 'Created', 'Started']) {
      await eventually(`the Event ${reason}`, async () =>
        new RegExp(`Normal +${reason} `).test(await inNamespace('describe', 'pods', '--show-events=true')),
      );
    }
  });

  it('applies a change, rolls it back, and shows the history', async () => {
    const file = join(folder, `${namespace}.yaml`);
    await writeFile(file, manifest('two', namespace));
    expect(await cli('apply', '-f', file)).toBe('deployment.apps/web configured\nservice/web unchanged\n');
    await inNamespace('rollout', 'status', 'deployment/web', '--timeout=60s');
    expect(await inNamespace('rollout', 'history', 'deployment/web')).toMatch(
      /REVISION +CHANGE-CAUSE\n1 +<none>\n2 +<none>/,
    );
    expect(await inNamespace('rollout', 'undo', 'deployment/web')).toBe('deployment.apps/web rolled back\n');
    await inNamespace('rollout', 'status', 'deployment/web', '--timeout=60s');
    expect(await inNamespace('get', 'deployment', 'web', '-o', 'jsonpath={..env[0].value}')).toBe('one');
  });

  it('scales, and waits for a condition', async () => {
    expect(await inNamespace('scale', 'deployment', 'web', '--replicas=3')).toBe('deployment.apps/web scaled\n');
    expect(await inNamespace('wait', '--for=condition=Available', 'deployment/web', '--timeout=60s')).toBe(
      'deployment.apps/web condition met\n',
    );
    await inNamespace('rollout', 'status', 'deployment/web', '--timeout=60s');
    expect(
      (await inNamespace('get', 'pods', '--no-headers'))
        .trim()
        .split('\n')
        .filter((l) => l.includes('Running')),
    ).toHaveLength(3);
  });

  it('follows logs', async () => {
    const following = start(path, ['-n', namespace, 'logs', '-f', 'deployment/web']);
    await eventually('the first line of the log', async () => following.output().includes('listening on 8080'));
    following.child.kill('SIGINT');
    await following.exited;
  });

  it('executes a command in a container, passes its input, and ends with its exit code', async () => {
    const pod = (await inNamespace('get', 'pods', '-o', 'name')).split('\n')[0]!;
    expect(await inNamespace('exec', pod, '--', 'sh', '-c', 'echo $MESSAGE')).toBe('one\n');
    expect(await ok(path, ['-n', namespace, 'exec', '-i', pod, '--', 'cat'], { input: 'through and back\n' })).toBe(
      'through and back\n',
    );
    expect((await run(path, ['-n', namespace, 'exec', pod, '--', 'sh', '-c', 'exit 7'])).code).toBe(7);
  });

  it('gives a terminal in a container', async () => {
    const pod = (await inNamespace('get', 'pods', '-o', 'name')).split('\n')[0]!;
    // script(1) is the terminal on our side.
    const command = `${path} -n ${namespace} exec -it ${pod} -- sh -c 'test -t 0 && echo is a terminal'`;
    expect(await ok('script', ['-qec', command, '/dev/null'])).toContain('is a terminal');
  });

  it('explains fields', async () => {
    const text = await cli('explain', 'pod.spec.containers');
    expect(text).toMatch(/^KIND: +Pod$/m);
    // Before 1.27 it said RESOURCE, and no type by its name.
    expect(text).toMatch(/^(FIELD: containers <\[\]Container>|RESOURCE: containers <\[\]Object>)$/m);
    expect(text).toMatch(/^ +image\t<string>$/m);
  });

  it('watches', async () => {
    const watching = start(path, ['-n', namespace, 'get', 'configmaps', '-w', '--no-headers']);
    await eventually('the first list', async () => watching.output().includes('kube-root-ca.crt'));
    await inNamespace('create', 'configmap', 'seen', '--from-literal=a=1');
    await eventually('the new object on the watch', async () => /^seen +1 /m.test(watching.output()));
    watching.child.kill('SIGINT');
    await watching.exited;
  });

  it('deletes, and what is deleted is gone with all that it owned', async () => {
    expect(await inNamespace('delete', 'deployment', 'web')).toMatch(/^deployment.apps "web" deleted/);
    await eventually('no pods', async () => (await inNamespace('get', 'pods', '-o', 'name')) === '');
    const missing = await run(path, ['-n', namespace, 'get', 'deployment', 'web']);
    expect(missing.code).toBe(1);
    expect(missing.stderr).toBe('Error from server (NotFound): deployments.apps "web" not found\n');
  });
});

describe('the tables of both command lines', () => {
  it.each([
    ['get', 'nodes'],
    ['get', 'nodes', '-o', 'wide'],
    ['get', 'pods', '-A'],
    ['get', 'pods', '-A', '-o', 'wide'],
    ['get', 'pods', '--show-labels'],
    ['get', 'pods', '-L', 'app', '-l', 'app=demo'],
    ['get', 'pods', '--sort-by=.metadata.name'],
    ['get', 'deployments,replicasets', '-o', 'wide'],
    ['get', 'svc,endpoints,endpointslices', '-A', '-o', 'wide'],
    ['get', 'all'],
    ['get', 'configmaps,serviceaccounts,leases,namespaces', '-A'],
    ['get', 'pods,nodes', '-A'],
    ['get', 'nodes,pods', '-A', '--no-headers'],
    ['get', 'pods', '-o', 'custom-columns=NAME:.metadata.name,IP:.status.podIP'],
    ['get', 'pods', '-o', 'jsonpath={range .items[*]}{.metadata.name}{"\\t"}{.status.phase}{"\\n"}{end}'],
    ['get', 'pods', '-n', 'default', '-o', 'json'],
    ['get', 'service', 'demo', '-o', 'yaml'],
    ['get', 'configmap', 'kube-root-ca.crt', '-o', 'yaml'],
    ['get', 'events', '-n', 'kube-system', '-o', 'wide'],
    ['get', 'pods', '-o', 'go-template={{len .items}}'],
    ['get', 'pods', '-o', 'name'],
    ['get', 'deploy.apps', 'demo'],
    ['get', '--raw', '/version'],
    ['describe', 'nodes'],
    ['describe', 'pods', '-l', 'app=demo'],
    ['describe', 'service', 'demo'],
    ['describe', 'deployment', 'demo'],
    ['describe', 'replicasets'],
    ['describe', 'endpointslices'],
    ['describe', 'configmap', 'kube-root-ca.crt'],
    ['describe', 'namespace', 'default'],
    ['describe', 'serviceaccount', 'default'],
    ['describe', 'lease', 'kube-scheduler', '-n', 'kube-system'],
    ['explain', 'pod'],
    ['explain', 'pod.spec', '--recursive'],
    ['explain', 'deployment.spec.strategy'],
    ['explain', 'service', '--recursive'],
    ['explain', 'events', '--api-version=events.k8s.io/v1'],
    ['explain', 'pod.spec.nothing'],
    ['rollout', 'status', 'deployment/demo'],
    ['rollout', 'history', 'deployment'],
    ['rollout', 'history', 'deployment/demo', '--revision=1'],
    ['rollout', 'history', 'deployment/demo', '--revision=99'],
    ['api-resources'],
    ['api-resources', '-o', 'wide'],
    ['api-resources', '--namespaced=false', '-o', 'name'],
    ['api-versions'],
    ['get', 'pods', 'nothing-here'],
    ['get', 'nonsense'],
    ['get', 'nonsense.apps'],
    ['get', 'pods', '-l', 'a in (b'],
    ['get', 'pods', '--field-selector=nothing=here'],
    ['scale', 'deployment', 'nothing-here', '--replicas=1'],
    ['logs', 'deployment/demo', '-c', 'nothing-here'],
    ['exec', 'deployment/demo', '-c', 'nothing-here', '--', 'ls'],
    ['delete', 'pod', 'nothing-here'],
  ])('are the same for: %s %s %s %s', async (...args) => {
    await eventually(`the same output of ${args.join(' ')}`, async () => {
      const [theirs, ours] = await Promise.all([run(kubectl, args), run(wherry, args)]);
      expect(withoutAges(ours)).toEqual(withoutAges(theirs));
      return true;
    });
  });
});

/** The two look at the clock one after the other: an age may differ, by so little that it rarely changes its width. */
function withoutAges<T extends { stdout: string }>(result: T): T {
  const ages = /\b(?:\d+[dhms])+(?= |\n|$)/g;
  return { ...result, stdout: result.stdout.replace(ages, (age) => age.replaceAll(/\d/g, '0')) };
}

describe('what both command lines say when they change things', () => {
  const namespaces = ['says-a', 'says-b'] as const;
  beforeAll(async () => {
    for (const namespace of namespaces) await ok(kubectl, ['create', 'namespace', namespace]);
  });
  afterAll(async () => {
    for (const namespace of namespaces) await ok(kubectl, ['delete', 'namespace', namespace, '--wait=false']);
  });

  const image = `--image=${DEMO_IMAGE}`;
  it.each([
    [`create deployment web ${image} --replicas=0`],
    [`create deployment web ${image}`],
    ['create configmap c --from-literal=a=1'],
    ['create configmap c --from-literal=a'],
    ['create service nodeport low --tcp=80 --node-port=80'],
    ['create service clusterip taken --tcp=80 --clusterip=10.96.0.1'],
    ['create namespace Bad_Name'],
    [`create deployment dry ${image} --dry-run=client -o yaml`],
    [`create deployment dry ${image} --dry-run=server -o name`],
    ['expose deployment web --port=80 --target-port=8080'],
    ['expose deployment web --port=80'],
    ['expose deployment nothing-here --port=80'],
    ['label deployment web x=y'],
    ['label deployment web x=y'],
    ['label deployment web x=z'],
    ['label deployment web x=z --overwrite'],
    ['label deployment web x-'],
    ['label deployment web nothing-'],
    ['annotate deployment web n=1'],
    ['annotate deployment web n=2'],
    ['annotate deployment web n-'],
    ['patch deployment web -p {"spec":{"minReadySeconds":3}}'],
    ['patch deployment web -p {"spec":{"minReadySeconds":3}}'],
    ['patch deployment web -p {"spec":{"replicas":"x"}}'],
    ['patch deployment web -p {"spec":{"selector":{"matchLabels":{"a":"b"}}}}'],
    ['patch deployment web --type=json -p [{"op":"test","path":"/spec/replicas","value":9}]'],
    ['scale deployment web --replicas=-1'],
    ['scale deployment web --replicas=1 --current-replicas=9'],
    ['rollout pause deployment/web'],
    ['rollout pause deployment/web'],
    ['rollout restart deployment/web'],
    ['rollout resume deployment/web'],
    ['rollout resume deployment/web'],
    ['rollout undo deployment/web --to-revision=99'],
    ['wait --for=jsonpath={.spec.replicas}=0 deployment/web --timeout=5s'],
    ['wait --for=delete configmap/nothing-here --timeout=5s'],
    ['delete configmap c nothing-here'],
    ['delete configmap c --ignore-not-found'],
    ['delete deployment web'],
  ])('is the same for: %s', async (line) => {
    const [a, b] = namespaces;
    const theirs = await run(kubectl, ['-n', a, ...line.split(' ')]);
    const ours = await run(wherry, ['-n', b, ...line.split(' ')]);
    const seen = ({ code, stdout, stderr }: typeof ours): object => ({
      code,
      stdout: stdout.replaceAll(b, a),
      stderr: stderr.replaceAll(b, a),
    });
    expect(seen(ours)).toEqual(seen(theirs));
  });
});
