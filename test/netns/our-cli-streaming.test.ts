import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, startKubeletNode, type KubeletNode } from './kubelet-fixture.ts';

/** Our own command line against a real kubelet: what needs a container to talk to. */
const wherry = fileURLToPath(new URL('../../apps/wherry/bin/wherry', import.meta.url));
const PORT = 8091;

let node: KubeletNode;
let dir: string;
let server: ChildProcess;

beforeAll(async () => {
  node = await startKubeletNode();
  await node.startKubelet();
  dir = await mkdtemp(join(tmpdir(), 'our-cli-'));
  await writeFile(join(dir, 'kubeconfig'), kubeconfig());
  const command = ['sh', '-c', 'echo begun; while read l; do echo "got $l"; done; sleep 600'];
  await node.create('app', { containers: [{ name: 'app', image: node.image, command, stdin: true }] });
  await node.pod('app', (pod) => pod.status?.phase === 'Running');
  server = await echoInPod('app');
});
afterAll(async () => {
  server?.kill('SIGKILL');
  if (dir !== undefined) await rm(dir, { recursive: true });
  await node?.close();
});

function kubeconfig(): string {
  const { config } = node.client;
  const base64 = (words = ''): string => Buffer.from(words).toString('base64');
  const user = { 'client-certificate-data': base64(config.cert), 'client-key-data': base64(config.key) };
  const cluster = { server: config.servers[0], 'certificate-authority-data': base64(config.ca) };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    clusters: [{ name: 'test', cluster }],
    users: [{ name: 'test', user }],
  });
}

async function echoInPod(name: string): Promise<ChildProcess> {
  const [id = ''] = (await node.docker('ps', '-q', '--filter', `label=io.kubernetes.pod.name=${name}`)).split('\n');
  const pid = await node.docker('inspect', '-f', '{{.State.Pid}}', id);
  const program = `require('net').createServer({allowHalfOpen: true}, (socket) => socket.pipe(socket).on('error', () => {}))
    .listen(${PORT}, '127.0.0.1', () => console.log('listening'))`;
  const child = spawn('nsenter', ['-t', pid, '-n', process.execPath, '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout!, 'data');
  return child;
}

interface Said {
  code: number | null;
  out: string;
  err: string;
}

function start(args: string[]): { child: ChildProcess; said: Promise<Said> } {
  const env = { ...process.env, KUBECONFIG: join(dir, 'kubeconfig'), HOME: dir };
  const child = spawn(wherry, args, { env, cwd: dir, timeout: 60_000, killSignal: 'SIGKILL' });
  const said = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]).then(
    ([out, err, [code]]) => ({ code: code as number | null, out, err }),
  );
  return { child, said };
}

async function run(args: string[], input = ''): Promise<Said> {
  const { child, said } = start(args);
  child.stdin!.on('error', () => undefined);
  child.stdin!.end(input);
  return said;
}

test('port-forward carries several connections, says what it does, and ends with the signal', async () => {
  const { child, said } = start(['port-forward', 'app', `:${PORT}`]);
  const [first] = (await once(child.stdout!, 'data')) as [Buffer];
  const port = Number(/^Forwarding from 127\.0\.0\.1:(\d+) -> 8091\n/.exec(first.toString())?.[1]);
  const ask = async (words: string): Promise<string> => {
    const socket = connect(port, '127.0.0.1');
    socket.end(words);
    return text(socket);
  };
  const words = ['a', 'b', 'x'.repeat(500_000)];
  expect(await Promise.all(words.map(ask))).toEqual(words);
  child.kill('SIGINT');
  const { out } = await said;
  expect(out.match(new RegExp(`Handling connection for ${port}\n`, 'g'))).toHaveLength(3);
});

test('port-forward to a port where nobody listens says so, and ends', async () => {
  const { child, said } = start(['port-forward', 'pod/app', ':1']);
  const [first] = (await once(child.stdout!, 'data')) as [Buffer];
  const socket = connect(Number(/127\.0\.0\.1:(\d+)/.exec(first.toString())?.[1]), '127.0.0.1');
  socket.on('error', () => undefined);
  const { code, err } = await said;
  expect(code).toBe(1);
  expect(err).toContain('an error occurred forwarding');
  expect(err).toContain('error: lost connection to pod\n');
});

test('cp brings a directory there and back, and leaves links behind', async () => {
  await mkdir(join(dir, 'source', 'deep'), { recursive: true });
  await writeFile(join(dir, 'source', 'deep', 'file'), 'x'.repeat(3_000_000));
  await writeFile(join(dir, 'source', 'small'), 'small');
  expect(await run(['cp', 'source', 'app:/copy'])).toEqual({ code: 0, out: '', err: '' });
  const listed = await run(['exec', 'app', '--', 'sh', '-c', 'cat /copy/small; ls /copy']);
  expect(listed.out).toBe('smalldeep\nsmall\n');
  expect((await run(['cp', 'source/small', 'default/app:/copy/deep/small'])).code).toBe(0);
  const back = await run(['cp', 'app:/copy', 'back']);
  expect(back.code).toBe(0);
  expect((await readdir(join(dir, 'back', 'deep'))).toSorted()).toEqual(['file', 'small']);
  expect((await readFile(join(dir, 'back', 'deep', 'file'), 'utf8')).length).toBe(3_000_000);
  const missing = await run(['cp', 'app:/nowhere', 'there']);
  expect(missing.code).not.toBe(0);
  expect(missing.err).toContain('command terminated with exit code');
});

test('debug adds a container to a running pod, joins it, and it is not started again', async () => {
  const { image } = node;
  const script = 'echo here; read l; echo "got $l"; exit 3';
  const said = await run(
    ['debug', 'app', '-i', `--image=${image}`, '-c', 'debug', '--', 'sh', '-c', script],
    'typed\n',
  );
  expect(said).toMatchObject({ code: 0, out: expect.stringContaining('got typed\n') as string });
  const pod = await node.pod('app', ({ status }) => {
    return status?.ephemeralContainerStatuses?.[0]?.state?.terminated !== undefined;
  });
  expect(pod.status?.ephemeralContainerStatuses?.[0]).toMatchObject({ name: 'debug', ready: false, restartCount: 0 });
  expect(pod.status?.containerStatuses?.[0]).toMatchObject({ ready: true, restartCount: 0 });
  expect((await run(['logs', 'app', '-c', 'debug'])).out).toContain('here\n');
});

test('a debugging container sees the processes of its target, and takes commands', async () => {
  const { image } = node;
  const args = ['debug', 'app', `--image=${image}`, '-c', 'peer', '--target=app', '--', 'sleep', '600'];
  const { code, out } = await run(args);
  expect([code, out.startsWith('Targeting container "app".')]).toEqual([0, true]);
  await eventually('it runs', async () => {
    const { code: exit, out: words } = await run([
      'exec',
      'app',
      '-c',
      'peer',
      '--',
      'sh',
      '-c',
      'cat /proc/1/cmdline',
    ]);
    if (exit !== 0 || !words.includes('got $l')) throw new Error(words);
  });
});

test('exec and attach refuse what cannot be, in kubectl’s words', async () => {
  expect((await run(['exec', 'app'])).err).toContain('you must specify at least one command for the container');
  expect((await run(['exec', 'app', '-c', 'none', '--', 'ls'])).err).toContain(
    'container none is not valid for pod app',
  );
  const { code, err } = await run(['exec', 'app', '-c', 'app', '--', 'sh', '-c', 'exit 9']);
  expect([code, err]).toEqual([9, 'command terminated with exit code 9\n']);
});
