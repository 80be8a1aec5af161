import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { DaemonName } from './daemons.ts';
import { ok, run } from './run.ts';

/**
 * The scheduler and the controller-manager in a network namespace from which the apiserver alone can be reached. The
 * end-to-end suite runs this way: what passes, passes over REST and watch only.
 */
export const NAMESPACE = 'wherry-isolated';
const LINK = 'wherry-e2e';
const HOST = '198.18.255.1';
const INSIDE = '198.18.255.2';
export const isolatedDaemons: readonly DaemonName[] = ['scheduler', 'controller-manager'];

const inside = (...command: string[]): [string, string[]] => ['nsenter', [`--net=/run/netns/${NAMESPACE}`, ...command]];

/** Moves the two daemons: those that `up` started on the host end, and the same programs start inside. */
export async function isolate(): Promise<void> {
  await ensureNamespace();
  for (const name of isolatedDaemons) {
    const onHost = runningPid(`/run/wherry/${name}.pid`, name);
    const pidFile = isolatedPidFile(name);
    if (runningPid(pidFile, name) === undefined) {
      if (onHost === undefined) throw new Error(`${name} does not run on the host`);
      const command = readFileSync(`/proc/${onHost}/cmdline`, 'utf8').split('\0').slice(0, -1);
      const kubeconfig = isolatedKubeconfig(name);
      const log = openSync(`/var/log/wherry/${name}.log`, 'a');
      const [program, args] = inside(
        ...command.map((word) => (word.startsWith('--kubeconfig=') ? `--kubeconfig=${kubeconfig}` : word)),
      );
      const child = spawn(program, args, { detached: true, stdio: ['ignore', log, log] });
      closeSync(log);
      child.unref();
      writeFileSync(pidFile, `${child.pid}\n`);
    }
    if (onHost !== undefined) process.kill(onHost, 'SIGTERM');
  }
}

/** Ends the daemons inside and removes the namespace. */
export async function endIsolation(): Promise<void> {
  for (const name of isolatedDaemons) {
    const pid = runningPid(isolatedPidFile(name), name);
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
    for (const file of [isolatedPidFile(name), isolatedKubeconfigFile(name)]) rmSync(file, { force: true });
  }
  if (existsSync(`/run/netns/${NAMESPACE}`)) await ok('ip', ['netns', 'delete', NAMESPACE]);
}

export function isolatedPidFile(name: DaemonName): string {
  return `/tmp/wherry-isolated-${name}.pid`;
}

function isolatedKubeconfigFile(name: DaemonName): string {
  return `/tmp/wherry-isolated-${name}.kubeconfig`;
}

export function runningPid(file: string, name: DaemonName): number | undefined {
  if (!existsSync(file)) return undefined;
  const pid = Number(readFileSync(file, 'utf8'));
  const command = `/proc/${pid}/cmdline`;
  return existsSync(command) && readFileSync(command, 'utf8').includes(`/${name}/src/main.ts`) ? pid : undefined;
}

/** Everything but the apiserver's port is rejected on its way out, at once, so that a try shows. */
async function ensureNamespace(): Promise<void> {
  if (existsSync(`/run/netns/${NAMESPACE}`)) return;
  await ok('ip', ['netns', 'add', NAMESPACE]);
  await ok('ip', ['link', 'add', LINK, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', NAMESPACE]);
  await ok('ip', ['address', 'add', `${HOST}/30`, 'dev', LINK]);
  await ok('ip', ['link', 'set', LINK, 'up']);
  for (const command of [
    ['ip', 'link', 'set', 'lo', 'up'],
    ['ip', 'address', 'add', `${INSIDE}/30`, 'dev', 'eth0'],
    ['ip', 'link', 'set', 'eth0', 'up'],
    ['ip', 'route', 'add', 'default', 'via', HOST],
    ['iptables', '-A', 'OUTPUT', '-o', 'lo', '-j', 'ACCEPT'],
    ['iptables', '-A', 'OUTPUT', '-p', 'tcp', '-d', HOST, '--dport', '6443', '-j', 'ACCEPT'],
    ['iptables', '-A', 'OUTPUT', '-j', 'REJECT'],
  ]) {
    await ok(...inside(...command));
  }
}

/** The daemon's own kubeconfig, with the apiserver as it is seen from inside. */
function isolatedKubeconfig(name: DaemonName): string {
  const path = isolatedKubeconfigFile(name);
  const file = parse(readFileSync(`/etc/wherry/${name}.kubeconfig`, 'utf8')) as { clusters: { cluster: object }[] };
  for (const entry of file.clusters)
    entry.cluster = { ...entry.cluster, server: `https://${HOST}:6443`, 'tls-server-name': 'kubernetes' };
  writeFileSync(path, JSON.stringify(file), { mode: 0o600 });
  return path;
}

/** A connection from inside to somewhere that is not the apiserver; the exit code of the try. */
export async function tryFromInside(host: string, port: number): Promise<number> {
  const script = `require('net').connect(${port}, '${host}').on('connect', () => process.exit(0)).on('error', () => process.exit(9))`;
  const [program, args] = inside(process.execPath, '-e', script);
  return (await run(program, args)).code;
}
export const HOST_ADDRESS_INSIDE = HOST;
