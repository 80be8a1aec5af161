import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, get, kubectl, ok, run } from './run.ts';
import { must, Scene, sh, stays } from './scene.ts';
import { suiteUp } from './suite.ts';

/** Names of the cluster as pods look them up: with libc, by the resolv.conf that they were given. */
const scene = new Scene('names');
const { namespace } = scene;
const domain = `${namespace}.svc.cluster.local`;

const ports = [{ name: 'http', port: 80, targetPort: 8080 }];
scene.add('services', { metadata: { name: 'plain' }, spec: { selector: { app: 'web' }, ports } } as never);
scene.add('services', {
  metadata: { name: 'each' },
  spec: { clusterIP: 'None', selector: { app: 'web' }, ports },
} as never);
scene.add('services', {
  metadata: { name: 'alias' },
  spec: { type: 'ExternalName', externalName: `plain.${domain}` },
} as never);
scene.pod('client', [stays('c')]);
scene.pod('web-0', { hostname: 'zero', subdomain: 'each', containers: [stays('c')] }, { labels: { app: 'web' } });
scene.pod('web-1', { containers: [stays('c')] }, { labels: { app: 'web' } });
const files = sh('c', 'cat /etc/resolv.conf; echo; cat /etc/hosts; hostname');
scene.pod('of-its-own', {
  dnsPolicy: 'None',
  dnsConfig: { nameservers: ['192.0.2.1'], searches: ['example.com'], options: [{ name: 'ndots', value: '2' }] },
  containers: [files],
});
scene.pod('full-name', { hostname: 'full', subdomain: 'each', setHostnameAsFQDN: true, containers: [files] });
scene.pod('too-long', { subdomain: 'x'.repeat(50), setHostnameAsFQDN: true, containers: [sh('c', 'true')] });

beforeAll(async () => {
  await suiteUp();
  await scene.open();
  await Promise.all(['client', 'web-0', 'web-1'].map((name) => scene.ready(name)));
});
afterAll(() => scene.close());

/** Evaluates an expression about `dns` in a pod; what it throws is given by its code. */
async function ask<T>(expression: string, pod = 'client'): Promise<T> {
  const script = `const dns = require('node:dns').promises;
    (async () => ${expression})().catch(({ code, message }) => code ?? message).then((said) => console.log(JSON.stringify(said)));`;
  return JSON.parse(await ok(kubectl, ['-n', namespace, 'exec', '-i', pod, '--', 'node', '-'], { input: script })) as T;
}
const lookup = (name: string): Promise<string[] | string> =>
  ask(`(await dns.lookup(${JSON.stringify(name)}, { all: true })).map(({ address }) => address).sort()`);
const clusterIp = async (name: string, of = namespace): Promise<string> =>
  (await get<{ spec: { clusterIP: string } }>('service', name, '-n', of)).spec.clusterIP;
const podIp = async (name: string): Promise<string> => (await scene.get(name)).status.podIP ?? '';

describe('a pod finds', () => {
  it('Services by as much of their names as it takes from where it is', async () => {
    const address = await clusterIp('plain');
    for (const name of ['plain', `plain.${namespace}`, `plain.${namespace}.svc`, `plain.${domain}`, `PLAIN.${domain}.`])
      expect(await lookup(name), name).toEqual([address]);
    expect(await lookup('kubernetes.default')).toEqual(['10.96.0.1']);
    expect(await lookup('kube-dns.kube-system')).toEqual(['10.96.0.10']);
  });

  it('every pod behind a headless Service, and each by its own name', async () => {
    const [zero, one] = [await podIp('web-0'), await podIp('web-1')];
    await eventually('both are listed', async () => (await lookup('each')).length === 2);
    expect(await lookup('each')).toEqual([zero, one].sort());
    expect(await lookup('zero.each')).toEqual([zero]);
    expect(await lookup(`${one.replaceAll('.', '-')}.each`)).toEqual([one]);
    expect(await lookup(`${one.replaceAll('.', '-')}.${namespace}.pod.cluster.local`)).toEqual([one]);
    expect(await ask(`await dns.reverse('${zero}')`)).toEqual([`zero.each.${domain}`]);
  });

  it('ports, names of addresses, and what an alias stands for', async () => {
    expect(await ask(`await dns.resolveSrv('_http._tcp.plain.${domain}')`)).toMatchObject([
      { port: 80, name: `plain.${domain}` },
    ]);
    expect(await ask(`(await dns.resolveSrv('_http._tcp.each.${domain}')).map(({ port }) => port)`)).toEqual([
      8080, 8080,
    ]);
    expect(await ask(`await dns.reverse('10.96.0.1')`)).toEqual(['kubernetes.default.svc.cluster.local']);
    expect(await ask(`await dns.resolveCname('alias.${domain}')`)).toEqual([`plain.${domain}`]);
    expect(await lookup('alias')).toEqual([await clusterIp('plain')]);
  });

  it('nothing where there is nothing, and a Service soon after it is made, and no more after it is gone', async () => {
    expect(await lookup(`late.${domain}`)).toBe('ENOTFOUND');
    expect(await ask(`await dns.resolve6('plain.${domain}')`)).toBe('ENODATA');
    await must('POST', scene.path('services'), { metadata: { name: 'late' }, spec: { ports } });
    const address = await clusterIp('late');
    await eventually('the name', async () => (await lookup(`late.${domain}`))[0] === address);
    await must('DELETE', scene.path('services', 'late'));
    await eventually('no name', async () => (await lookup(`late.${domain}`)) === 'ENOTFOUND');
  });
});

describe('the DNS server', () => {
  it('comes back when it is killed', async () => {
    const [before] = (
      await get<{ items: { metadata: { name: string } }[] }>('pods', '-n', 'kube-system', '-l', 'k8s-app=kube-dns')
    ).items;
    await ok(kubectl, ['-n', 'kube-system', 'delete', 'pod', before!.metadata.name, '--wait=false']);
    await eventually('another one', async () => {
      const said = await run(kubectl, [
        '-n',
        'kube-system',
        'rollout',
        'status',
        'deployment/cluster-dns',
        '--timeout=60s',
      ]);
      return said.code === 0 && (await lookup('plain')).length === 1;
    });
  });
});

describe('a pod is given', () => {
  it('the cluster’s server and search path', async () => {
    const text = await ok(kubectl, ['-n', namespace, 'exec', 'client', '--', 'cat', '/etc/resolv.conf']);
    expect(text).toMatch(
      new RegExp(`^search ${domain} svc.cluster.local cluster.local( .*)?\nnameserver 10.96.0.10\noptions ndots:5\n$`),
    );
  });
  it('what its dnsConfig says, with dnsPolicy None', async () => {
    expect(await scene.output('of-its-own')).toMatch(/^search example.com\nnameserver 192.0.2.1\noptions ndots:2\n\n/);
  });
  it('its full name, in /etc/hosts and as its hostname', async () => {
    const output = await scene.output('full-name');
    expect(output).toContain(`\t${`full.each.${domain}`}\tfull\n`);
    expect(output.split('\n').at(-1)).toBe(`full.each.${domain}`);
  });
  it('no containers when its full name is longer than the kernel takes', async () => {
    expect((await scene.event('too-long', 'FailedCreatePodSandBox')).message).toContain('64 characters is the max');
  });
});
