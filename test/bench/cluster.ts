import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { RestClient, loadKubeconfig } from '@wherry/client';
import { residentBytes } from './apiserver-process.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const DAEMONS = ['apiserver', 'controller-manager', 'scheduler', 'kubelet', 'kube-proxy'] as const;
/** Present on the host once scripts/up has run. */
export const IMAGE = 'wherry/demo:1';

/** The cluster of scripts/up without its demo (but with the demo's image), and a client for it; it stays up. */
export async function cluster(): Promise<RestClient> {
  await run(`${ROOT}scripts/up`, [], { timeout: 600_000 });
  await run(`${ROOT}apps/wherry/bin/wherry`, ['delete', '-f', `${ROOT}deploy/demo`], { timeout: 120_000 });
  return new RestClient(loadKubeconfig({ path: '/etc/wherry/admin.kubeconfig' }).config);
}

export async function rssOf(name: (typeof DAEMONS)[number]): Promise<number> {
  return residentBytes(Number(readFileSync(`/run/wherry/${name}.pid`, 'utf8')));
}
