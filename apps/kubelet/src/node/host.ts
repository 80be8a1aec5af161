import { readFile, statfs } from 'node:fs/promises';
import { arch, cpus, hostname, networkInterfaces, release, totalmem } from 'node:os';
import type Docker from 'dockerode';
import { versionInfo } from '@wherry/daemon';
import type { NodeSystemInfo } from '@wherry/api';

/** What this machine is and has. */
export interface Host {
  readonly info: NodeSystemInfo;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly diskBytes: number;
  readonly hugePages: Readonly<Record<string, string>>;
}

export async function readHost(docker: Docker, rootDir: string): Promise<Host> {
  const [machineId, bootId, systemUuid, osImage, engine, disk] = await Promise.all([
    firstOf(['/etc/machine-id', '/var/lib/dbus/machine-id']),
    firstOf(['/proc/sys/kernel/random/boot_id']),
    firstOf(['/sys/class/dmi/id/product_uuid', '/etc/machine-id']),
    osName(),
    docker.version(),
    statfs(rootDir),
  ]);
  const info: NodeSystemInfo = {
    machineID: machineId,
    systemUUID: systemUuid,
    bootID: bootId,
    kernelVersion: release(),
    osImage,
    containerRuntimeVersion: `docker://${engine.Version}`,
    kubeletVersion: versionInfo.gitVersion,
    kubeProxyVersion: '',
    operatingSystem: 'linux',
    architecture: goArch(),
  };
  const hugePages = { 'hugepages-1Gi': '0', 'hugepages-2Mi': '0' };
  return { info, cpus: cpus().length, memoryBytes: totalmem(), diskBytes: disk.blocks * disk.bsize, hugePages };
}

export function nodeNameOf(override: string): string {
  return (override || hostname()).trim().toLowerCase();
}

/** The address of the interface that has the default route, else of the first that is not the loopback. */
export async function nodeAddress(given: string): Promise<string> {
  if (given !== '') return given;
  const routes = await readFile('/proc/net/route', 'utf8');
  const line = routes.split('\n').find((candidate) => candidate.split('\t')[1] === '00000000');
  const interfaces = networkInterfaces();
  const preferred = interfaces[line?.split('\t')[0] ?? ''] ?? [];
  const all = [...preferred, ...Object.values(interfaces).flatMap((list) => list ?? [])];
  const found = all.find((one) => one.family === 'IPv4' && !one.internal)?.address;
  if (found === undefined) throw new Error('this host has no IPv4 address but the loopback: give --node-ip');
  return found;
}

/** As Go names architectures. */
export function goArch(): string {
  const name = arch();
  return name === 'x64' ? 'amd64' : name;
}

/** Without CAP_SYS_RESOURCE nobody here may lower an OOM score. */
export async function lowestOomScore(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8');
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  const sysResource = 24n;
  if ((effective >> sysResource) & 1n) return -1000;
  return Number(await readFile('/proc/self/oom_score_adj', 'utf8'));
}

async function osName(): Promise<string> {
  const text = await firstOf(['/etc/os-release', '/usr/lib/os-release']);
  return /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(text)?.[1] ?? 'Linux';
}

async function firstOf(paths: readonly string[]): Promise<string> {
  for (const path of paths) {
    try {
      const text = (await readFile(path, 'utf8')).trim();
      if (text !== '') return text;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' && code !== 'EACCES') throw error;
    }
  }
  return '';
}
