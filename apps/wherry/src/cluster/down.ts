import { execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Iptables, diff } from '@wherry/node-iptables';
import type Docker from 'dockerode';
import { type Component, components } from './components.ts';
import { MAX_CONTROL_PLANES } from './control-plane.ts';
import { answers, docker, onPath, stopEngine } from './docker-engine.ts';
import { removeFromUserKubeconfig } from './kubeconfigs.ts';
import { type Places, placesOf } from './places.ts';
import { commandLine, stopProcess } from './processes.ts';
import { Progress } from './progress.ts';
import { restoreSysctls } from './sysctls.ts';

const run = promisify(execFile);
const OURS = 'io.wherry=true';

export interface DownOptions {
  home: string | undefined;
  /** Keep the certificates and everything that was stored in the cluster, for the next `up`. */
  keepData: boolean;
}

/** Stops the cluster and takes away all that it put on this host; what belongs to others stays. */
export async function down(options: DownOptions): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error('wherry down needs root. Try: sudo scripts/down');
  const places = placesOf(options.home);
  const progress = new Progress();
  const daemons = programsOf(places);
  await progress.step('daemons', () => stopDaemons(places, daemons));
  if (await answers()) {
    await progress.step('containers', () => removeContainers(docker()));
    await progress.step('images', () => removeImages(docker()));
  }
  await progress.step('Docker engine', () => stopEngine(places));
  await progress.step('iptables rules', () => removeRules(daemons));
  await progress.step('pod network', removeLinks);
  await progress.step('mounts', () => unmountBelow(places.state));
  await progress.step('kernel settings', async () => restoreSysctls(places));
  await progress.step('kubeconfig', async () => removeFromUserKubeconfig(places));
  await progress.step(options.keepData ? 'logs and sockets (data kept)' : 'data, certificates and logs', async () =>
    removeFiles(places, options),
  );
}

/** Programs only: flags do not matter for stopping. */
function programsOf(places: Places): Map<string, string> {
  const nothing = { nodeName: '', nodeIp: '', podCidr: '', serviceCidr: '', dockerEndpoint: '' };
  const settings = { ...nothing, controlPlanes: MAX_CONTROL_PLANES };
  return new Map(
    components(places, settings).map((component: Component) => [component.name, commandLine(component)[1]!]),
  );
}

/** In the reverse order of the start, so that nobody complains of a server that has gone before. */
async function stopDaemons(places: Places, daemons: Map<string, string>): Promise<string> {
  const stopped: string[] = [];
  for (const [name, program] of [...daemons].reverse()) {
    if (await stopProcess(places, name, program)) stopped.push(name);
  }
  return stopped.length > 0 ? `stopped ${stopped.join(', ')}` : 'none running';
}

async function removeContainers(engine: Docker): Promise<string> {
  const containers = await engine.listContainers({ all: true, filters: { label: [OURS] } });
  for (const { Id } of containers) await engine.getContainer(Id).remove({ force: true, v: true });
  return `${containers.length} removed`;
}

async function removeImages(engine: Docker): Promise<string> {
  const images = await engine.listImages({ all: true, filters: { label: [OURS] } });
  for (const { Id } of images) await engine.getImage(Id).remove({ force: true });
  return `${images.length} removed`;
}

/** kube-proxy takes away its own; what has our prefix is the kubelet's. */
async function removeRules(daemons: Map<string, string>): Promise<string | void> {
  if (!onPath('iptables-save')) return 'no iptables here';
  await run(process.execPath, [daemons.get('kube-proxy')!, '--cleanup'], { timeout: 60_000 });
  const iptables = await Iptables.open();
  await iptables.restore(diff({}, await iptables.save(), { names: [], prefixes: ['WHERRY-'] }).input);
}

async function removeLinks(): Promise<string> {
  const links = JSON.parse((await run('ip', ['-json', 'link', 'show', 'type', 'veth'])).stdout || '[]') as {
    ifname: string;
    master?: string;
  }[];
  const ours = links.filter((link) => link.master === 'wherry0').map((link) => link.ifname);
  const bridge = existsSync('/sys/class/net/wherry0') ? ['wherry0'] : [];
  for (const name of [...ours, ...bridge]) await run('ip', ['link', 'delete', name]);
  return `${ours.length + bridge.length} links removed`;
}

/** Volumes in memory are mounts; the deepest go first. */
async function unmountBelow(folder: string): Promise<string> {
  const unescape = (path: string): string =>
    path.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => unescape(line.split(' ')[1] ?? ''))
    .filter((path) => path.startsWith(`${folder}/`))
    .sort((a, b) => b.length - a.length);
  for (const path of mounts) await run('umount', [path]);
  return `${mounts.length} unmounted`;
}

function removeFiles(places: Places, options: DownOptions): void {
  const remove = (path: string): void => rmSync(path, { recursive: true, force: true });
  for (const path of [places.run, places.log, join(places.state, 'kubelet'), join(places.state, 'sysctls-before.json')])
    remove(path);
  if (options.keepData) return;
  // With a home of the user's choice the configuration lies in it, beside what may be the user's own.
  if (options.home === undefined) remove(places.config);
  else for (const name of ['pki', 'kubeconfig-before.json', ...kubeconfigFiles()]) remove(resolve(places.config, name));
  remove(places.state);
}

function kubeconfigFiles(): string[] {
  return ['admin', 'controller-manager', 'scheduler', 'kubelet', 'kube-proxy'].map((name) => `${name}.kubeconfig`);
}
