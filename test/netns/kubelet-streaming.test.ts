import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig, Exec, PortForward } from '@kubernetes/client-node';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, startKubeletNode, type KubeletNode } from './kubelet-fixture.ts';

const clients = process.env['WHERRY_CLIENTS'] ?? new URL('../../.clients', import.meta.url).pathname;
const versions = ['1.20', '1.32', '1.36'].filter((version) => existsSync(join(clients, `kubectl-${version}`)));
const PORT = 8090;
const HELLO = 'hello from the pod';

let node: KubeletNode;
let dir: string;
let server: ChildProcess;

beforeAll(async () => {
  node = await startKubeletNode();
  await node.startKubelet();
  dir = await mkdtemp(join(tmpdir(), 'kubelet-streaming-'));
  await writeFile(join(dir, 'kubeconfig'), kubeconfig());
  const { image } = node;
  const container = (name: string, command: string[]) => ({ name, image, command, stdin: true, stdinOnce: false });
  await node.create('app', {
    containers: [container('app', ['sh', '-c', 'echo begun; while read l; do echo "got $l"; done'])],
  });
  await node.pod('app', (pod) => pod.status?.phase === 'Running');
  server = await serveInPod('app');
});
afterAll(async () => {
  server?.kill('SIGKILL');
  if (dir !== undefined) await rm(dir, { recursive: true });
  await node?.close();
});

function kubeconfig(): string {
  const { config } = node.client;
  const base64 = (text = ''): string => Buffer.from(text).toString('base64');
  const user = { 'client-certificate-data': base64(config.cert), 'client-key-data': base64(config.key) };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    clusters: [
      { name: 'test', cluster: { server: config.servers[0], 'certificate-authority-data': base64(config.ca) } },
    ],
    users: [{ name: 'test', user }],
  });
}

/** A server on the pod's own loopback, as one that nobody outside is meant to reach. */
async function serveInPod(name: string): Promise<ChildProcess> {
  const [id = ''] = (await node.docker('ps', '-q', '--filter', `label=io.kubernetes.pod.name=${name}`)).split('\n');
  const pid = await node.docker('inspect', '-f', '{{.State.Pid}}', id);
  const program = `require('net').createServer({allowHalfOpen: true}, (socket) => {
    socket.write(${JSON.stringify(HELLO)} + ': ');
    socket.pipe(socket);
    socket.on('error', () => {});
  }).listen(${PORT}, '127.0.0.1', () => console.log('listening'))`;
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

function kubectl(version: string, args: string[]): { child: ChildProcess; said: Promise<Said> } {
  const env = { ...process.env, KUBECONFIG: join(dir, 'kubeconfig'), HOME: dir };
  const child = spawn(join(clients, `kubectl-${version}`), args, { env, timeout: 30_000, killSignal: 'SIGKILL' });
  const said = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]).then(
    ([out, err, [code]]) => ({
      code: code as number | null,
      out,
      err,
    }),
  );
  return { child, said };
}

async function run(version: string, args: string[], input = ''): Promise<Said> {
  const { child, said } = kubectl(version, args);
  child.stdin!.on('error', () => undefined);
  child.stdin!.end(input);
  return said;
}

describe.each(versions)('kubectl %s', (version) => {
  test('exec tells output, errors and exit code', async () => {
    const command = ['exec', 'app', '--', 'sh', '-c', 'echo out; echo err >&2; exit 7'];
    expect(await run(version, command)).toMatchObject({
      code: 7,
      out: 'out\n',
      err: expect.stringContaining('err\n') as string,
    });
  });

  test('exec -i carries input to its end, and more of it than any buffer holds', async () => {
    const input = 'line of input\n'.repeat(100_000);
    const { code, out, err } = await run(version, ['exec', '-i', 'app', '--', 'cat'], input);
    expect({ code, length: out.length, err }).toEqual({ code: 0, length: input.length, err: '' });
    expect(out).toBe(input);
  });

  test('exec -it has a terminal of the size of the client’s', async () => {
    const inside = 'until [ "$(stty size)" = "33 99" ]; do sleep 0.1; done; echo as it should be';
    const kubectlExec = `${join(clients, `kubectl-${version}`)} exec -it app -- sh -c '${inside}'`;
    const command = `stty rows 33 cols 99; ${kubectlExec}`;
    const env = { ...process.env, KUBECONFIG: join(dir, 'kubeconfig'), HOME: dir };
    const child = spawn('script', ['-qec', command, '/dev/null'], { env, timeout: 30_000, killSignal: 'SIGKILL' });
    expect(await text(child.stdout)).toContain('as it should be\r\n');
  });

  test('attach joins the process that runs', async () => {
    const { child, said } = kubectl(version, ['attach', '-i', 'app']);
    let out = '';
    child.stdout!.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stdin!.write(`from ${version}\n`);
    await eventually('the answer', () =>
      out.includes(`got from ${version}`) ? Promise.resolve() : Promise.reject(new Error(out)),
    );
    child.kill('SIGKILL');
    await said;
  });

  test('port-forward reaches the loopback of the pod, several connections at a time', async () => {
    const { child, said } = kubectl(version, ['port-forward', 'pod/app', `:${PORT}`]);
    const [first] = (await once(child.stdout!, 'data')) as [Buffer];
    const port = Number(first.toString().match(/127\.0\.0\.1:(\d+)/)?.[1]);
    const ask = async (words: string) => {
      const socket = connect(port, '127.0.0.1');
      socket.end(words);
      return text(socket);
    };
    const long = 'x'.repeat(500_000);
    expect(await Promise.all(['a', 'b', long].map(ask))).toEqual(['a', 'b', long].map((words) => `${HELLO}: ${words}`));
    child.kill('SIGINT');
    await said;
  });

  test('a port that nobody listens on is told of', async () => {
    const { child, said } = kubectl(version, ['port-forward', 'pod/app', ':81']);
    const [first] = (await once(child.stdout!, 'data')) as [Buffer];
    const port = Number(first.toString().match(/127\.0\.0\.1:(\d+)/)?.[1]);
    const socket: Socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'close');
    await eventually('the words', async () => {
      child.kill('SIGINT');
      return said;
    });
    expect((await said).err).toContain('error forwarding port 81 to pod');
  });

  test('cp goes both ways', async () => {
    const local = join(dir, `local-${version}`);
    await writeFile(local, version.repeat(10_000));
    const there = `app:/tmp-${version}`;
    expect(await run(version, ['cp', local, there])).toMatchObject({ code: 0, err: '' });
    expect((await run(version, ['cp', there, `${local}-back`])).code).toBe(0);
    expect(await readFile(`${local}-back`, 'utf8')).toBe(version.repeat(10_000));
  });

  test('logs have their options', async () => {
    expect((await run(version, ['logs', 'app', '--limit-bytes=5'])).out).toBe('begun');
    expect((await run(version, ['logs', 'app', '--tail=1', '--timestamps'])).out).toMatch(/^\d{4}-\d\d-\d\dT\S+ /);
  });

  test('what is not there is told in words', async () => {
    const { code, err } = await run(version, ['exec', 'app', '-c', 'nope', '--', 'true']);
    expect(code).toBe(1);
    expect(err).toContain('container nope is not valid for pod app');
  });
});

test('the JavaScript client runs commands and forwards ports', async () => {
  const config = new KubeConfig();
  config.loadFromString(kubeconfig());
  const out = new PassThrough();
  const status = await new Promise<{ status?: string }>((resolve, reject) => {
    new Exec(config)
      .exec('default', 'app', 'app', ['sh', '-c', 'echo hi'], out, null, null, false, resolve)
      .catch(reject);
  });
  expect(status.status).toBe('Success');
  expect((out.read() as Buffer).toString()).toBe('hi\n');
  const said = new PassThrough();
  // Its end would be the end of the connection: the protocol that this client chooses has no half-closed ones.
  const typed = new PassThrough();
  typed.write('typed');
  await new PortForward(config).portForward('default', 'app', [PORT], said, null, typed);
  let heard = '';
  said.on('data', (chunk: Buffer) => (heard += chunk.toString()));
  await eventually('the echo', () => (heard.includes('typed') ? Promise.resolve() : Promise.reject(new Error(heard))));
  expect(heard).toBe(`${HELLO}: typed`);
});
