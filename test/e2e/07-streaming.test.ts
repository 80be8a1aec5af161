import { once } from 'node:events';
import { loadKubeconfig, RestClient } from '@wherry/client';
import { beforeAll, describe, expect, it } from 'vitest';
import { eventually, get, kubectl, kubectls, ok, run, start } from './run.ts';
import { suiteUp } from './suite.ts';
import type { Pod } from './scene.ts';

const HELLO = /^Hello from Wherry, pod demo-/;

let pod: string;

beforeAll(async () => {
  await suiteUp();
  const { items } = await get<{ items: Pod[] }>('pods', '-l', 'app=demo');
  pod = items[0]!.metadata.name;
});

async function fetchText(url: string): Promise<string> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) });
  return answer.text();
}

/** The oldest speaks SPDY, the others WebSocket. */
describe.each(kubectls())('$name', ({ path }) => {
  it('runs a command with its input, its errors and its exit code', async () => {
    const input = 'a line of input\n'.repeat(50_000);
    const script =
      'process.stdin.pipe(process.stdout); process.stdin.on("end", () => { console.error("done"); process.exitCode = 3; })';
    const result = await run(path, ['exec', '-i', pod, '--', 'node', '-e', script], { input });
    expect(result.code).toBe(3);
    expect(result.stdout === input).toBe(true);
    expect(result.stderr).toContain('done\n');
  });

  it('forwards a port to a service’s pod', async () => {
    const forward = start(path, ['port-forward', 'service/demo', ':80']);
    try {
      const port = await eventually('a port', () => Promise.resolve(forward.output().match(/127\.0\.0\.1:(\d+)/)?.[1]));
      const said = await Promise.all([1, 2, 3].map(() => fetchText(`http://127.0.0.1:${port}/`)));
      for (const text of said) expect(text).toMatch(HELLO);
    } finally {
      forward.child.kill('SIGINT');
      await forward.exited;
    }
  });

  it('reaches pods and services through the apiserver’s proxy, and through its own', async () => {
    const service = '/api/v1/namespaces/default/services/http:demo:80/proxy/';
    expect(await ok(path, ['get', '--raw', service])).toMatch(HELLO);
    expect(await ok(path, ['get', '--raw', `/api/v1/namespaces/default/pods/${pod}:8080/proxy/`])).toMatch(HELLO);
    const proxy = start(path, ['proxy', '--port=0']);
    try {
      const at = await eventually('an address', () => Promise.resolve(proxy.output().match(/127\.0\.0\.1:\d+/)?.[0]));
      expect(await fetchText(`http://${at}${service}`)).toMatch(HELLO);
      expect(await fetchText(`http://${at}/api/v1/namespaces/default/pods/${pod}`)).toMatch(/"kind": ?"Pod"/);
    } finally {
      proxy.child.kill('SIGINT');
      await proxy.exited;
    }
  });

  it('reads logs up to where it is told to', async () => {
    expect((await ok(path, ['logs', pod, '--limit-bytes=3'])).length).toBeLessThanOrEqual(3);
    const { code, stderr } = await run(path, ['logs', pod, '--previous']);
    expect(code).toBe(1);
    expect(stderr).toContain('previous terminated container');
  });
});

it('a node’s kubelet is reached through the apiserver, and nothing else on the node’s loopback', async () => {
  const { items } = await get<{ items: { metadata: { name: string } }[] }>('nodes');
  const node = items[0]!.metadata.name;
  expect(await ok(kubectl, ['get', '--raw', `/api/v1/nodes/${node}/proxy/healthz`])).toBe('ok');
  expect(await ok(kubectl, ['get', '--raw', `/api/v1/nodes/${node}/proxy/stats/summary`])).toContain('"nodeName"');
});

/** As upstream's conformance tests of WebSockets do, with the protocols of old. */
it('commands and logs are had over bare WebSockets', async () => {
  await using client = new RestClient(loadKubeconfig({ path: '/etc/wherry/admin.kubeconfig' }).config);
  const base = `/api/v1/namespaces/default/pods/${pod}`;
  const messages = async (path: string, query: Record<string, string | string[]>, protocol: string) => {
    const socket = await client.webSocket(`${base}/${path}`, query, [protocol]);
    const got: Buffer[] = [];
    socket.on('message', (data: Buffer) => got.push(data));
    await once(socket, 'close');
    expect(socket.protocol).toBe(protocol);
    return got;
  };
  const command = ['sh', '-c', 'echo remote execution test'];
  const said = await messages('exec', { command, stdout: '1', stderr: '1', container: 'web' }, 'channel.k8s.io');
  const stdout = said.filter((data) => data[0] === 1).map((data) => data.subarray(1).toString());
  expect(stdout.join('')).toBe('remote execution test\n');
  const log = await messages('log', { container: 'web' }, 'binary.k8s.io');
  expect(Buffer.concat(log).toString()).toBe(await ok(kubectl, ['logs', pod]));
});
