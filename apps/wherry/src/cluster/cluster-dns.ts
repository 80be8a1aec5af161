import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type Docker from 'dockerode';
import { ensureNodeImage } from './node-image.ts';
import type { Places } from './places.ts';
import { daemonEnvironment } from './processes.ts';
import { wherry } from './wherry.ts';

/** As in its manifest; the tag is that of what is in it, so that a new server replaces the old one. */
const IMAGE = /wherry\/cluster-dns:\S+/;
const REPOSITORY = 'wherry/cluster-dns';
const MAIN = fileURLToPath(new URL('../../../cluster-dns/src/main.ts', import.meta.url));
const RESOLVED = '/run/systemd/resolve/resolv.conf';
const MANIFEST = fileURLToPath(new URL('../../../../deploy/cluster-dns.yaml', import.meta.url));

/** The image of the DNS server: Node, and the server's sources and packages as one file. */
export async function buildDnsImage(docker: Docker, places: Places): Promise<string> {
  const bundle = await bundleOf(MAIN);
  const content = createHash('sha256').update(bundle).update(process.version).digest('hex').slice(0, 16);
  const source = join(places.run, 'cluster-dns.mjs');
  mkdirSync(places.run, { recursive: true });
  writeFileSync(source, bundle);
  const environment = Object.entries(daemonEnvironment(['', MAIN]));
  return ensureNodeImage(docker, {
    name: `${REPOSITORY}:${content}`,
    content,
    script: { source, target: '/srv/cluster-dns.mjs' },
    programs: [],
    changes: environment.map(([name, value]) => `ENV ${name}="${value}"`),
  });
}

/** Asks for the server; it comes about while other things are done. */
export async function deployDns(places: Places, image: string): Promise<void> {
  const path = join(places.run, 'cluster-dns.yaml');
  writeFileSync(path, readFileSync(MANIFEST, 'utf8').replace(IMAGE, image));
  await wherry(places, ['apply', '-f', path]);
}

export async function dnsReady(places: Places): Promise<string> {
  const rollout = ['rollout', 'status', 'deployment/cluster-dns', '-n', 'kube-system', '--timeout=120s'];
  await wherry(places, rollout);
  return 'ready';
}

/**
 * Under systemd-resolved /etc/resolv.conf names a server on the loopback, which no pod reaches; the ones behind it are
 * in a file of its own. (kubeadm tells the kubelet the same.)
 */
export function realResolvConf(etc = '/etc/resolv.conf', resolved = RESOLVED): string | undefined {
  const isStub = existsSync(etc) && /^nameserver\s+127\.0\.0\.53\s*$/m.test(readFileSync(etc, 'utf8'));
  return isStub && existsSync(resolved) ? resolved : undefined;
}

/** A daemon's sources, and the packages they need, as one ES module. */
async function bundleOf(main: string): Promise<Uint8Array> {
  // Only here: it brings a process of its own along.
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [main],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    write: false,
    legalComments: 'none',
    // CommonJS packages ask for Node's own modules by require.
    banner: {
      js: "import { createRequire as requireOf } from 'node:module';\nconst require = requireOf(import.meta.url);",
    },
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`nothing came of ${main}`);
  return file.contents;
}
