import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type Docker from 'dockerode';
import { ensureNodeImage } from './node-image.ts';
import type { Places } from './places.ts';
import { wherry } from './wherry.ts';

export const DEMO_IMAGE = 'wherry/demo:1';
const DEMO = fileURLToPath(new URL('../../../../deploy/demo/', import.meta.url));
const SERVER = `${DEMO}server.mjs`;
/** Beside the web server, what one wants to have in a shell when looking around in a container. */
const PROGRAMS = ['sh', 'cat', 'echo', 'env', 'hostname', 'id', 'ls', 'ps', 'sleep'];
const CURL_TIMEOUT_MS = 30_000;

/** The demo's image, made of what this host has. */
export async function buildDemoImage(docker: Docker): Promise<string> {
  const content = createHash('sha256').update(readFileSync(SERVER)).update(process.version).digest('hex').slice(0, 16);
  return ensureNodeImage(docker, {
    name: DEMO_IMAGE,
    content,
    script: { source: SERVER, target: '/srv/server.mjs' },
    programs: PROGRAMS,
    changes: ['WORKDIR /srv'],
  });
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
