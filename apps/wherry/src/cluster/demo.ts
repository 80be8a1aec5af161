import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type Docker from 'dockerode';
import type { Places } from './places.ts';
import { wherry } from './wherry.ts';

const run = promisify(execFile);
export const DEMO_IMAGE = 'wherry/demo:1';
const DEMO = fileURLToPath(new URL('../../../../deploy/demo/', import.meta.url));
const SERVER = `${DEMO}server.mjs`;
/** Beside the web server, what one wants to have in a shell when looking around in a container. */
const PROGRAMS = ['sh', 'cat', 'echo', 'env', 'hostname', 'id', 'ls', 'ps', 'sleep'];
const CURL_TIMEOUT_MS = 30_000;

/** Builds the demo's image from this Node, its libraries and a few of the host's programs: no registry is asked. */
export async function buildDemoImage(docker: Docker): Promise<string> {
  const content = createHash('sha256').update(readFileSync(SERVER)).update(process.version).digest('hex').slice(0, 16);
  const existing = await docker.listImages({ filters: { label: [`io.wherry.content=${content}`] } });
  if (existing.some((image) => image.RepoTags?.includes(DEMO_IMAGE))) return DEMO_IMAGE;

  const programs = await Promise.all(
    PROGRAMS.map(async (name) => (await run('sh', ['-c', `command -v ${name} || true`])).stdout.trim()),
  );
  const files = [process.execPath, ...programs.filter((path) => path.startsWith('/'))];
  const libraries = new Set((await Promise.all(files.map(librariesOf))).flat());
  const renames = [`s,^${process.execPath}$,/usr/local/bin/node,`, `s,^${SERVER}$,/srv/server.mjs,`, 's,^/,,'];
  const flags = ['--create', '--dereference', '--absolute-names', '--owner=0', '--group=0'];
  const tar = spawn('tar', [...flags, ...renames.map((r) => `--transform=${r}`), SERVER, ...files, ...libraries], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const changes = [
    'ENV PATH=/usr/local/bin:/usr/bin:/bin',
    'WORKDIR /srv',
    'ENTRYPOINT ["node", "/srv/server.mjs"]',
    `LABEL io.wherry=true io.wherry.content=${content}`,
  ];
  const [repo, tag] = DEMO_IMAGE.split(':') as [string, string];
  const answer = await docker.importImage(tar.stdout, { repo, tag, changes });
  await new Promise((resolve, reject) => {
    docker.modem.followProgress(answer, (error, lines) => (error ? reject(error) : resolve(lines)));
  });
  return DEMO_IMAGE;
}

/** The demo's Deployment and Services, applied and rolled out. */
export async function deployDemo(places: Places): Promise<string> {
  await wherry(places, ['apply', '-f', `${DEMO}demo.yaml`]);
  await wherry(places, ['rollout', 'status', 'deployment/demo', '--timeout=120s']);
  return '3 replicas';
}

/** Asks the demo on its cluster IP and on its NodePort; returns what it said. */
export async function curlDemo(
  places: Places,
  nodeIp: string,
): Promise<{ clusterUrl: string; nodeUrl: string; answer: string }> {
  const [clusterIp, nodePort] = await Promise.all([
    wherry(places, ['get', 'service', 'demo', '-o', 'jsonpath={.spec.clusterIP}']),
    wherry(places, ['get', 'service', 'demo-nodeport', '-o', 'jsonpath={.spec.ports[0].nodePort}']),
  ]);
  const [clusterUrl, nodeUrl] = [`http://${clusterIp}`, `http://${nodeIp}:${nodePort}`];
  const answer = await curl(clusterUrl);
  await curl(nodeUrl);
  return { clusterUrl, nodeUrl, answer };
}

/** The rules reach the kernel a moment after the pods are ready. */
async function curl(url: string): Promise<string> {
  const deadline = Date.now() + CURL_TIMEOUT_MS;
  for (;;) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
      return (await response.text()).trim();
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`the demo does not answer on ${url}`, { cause: error });
      await sleep(100);
    }
  }
}

async function librariesOf(program: string): Promise<string[]> {
  const { stdout } = await run('sh', ['-c', `ldd "$0" || true`, program]);
  return [...stdout.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map((match) => match[1]!);
}
