import { readFile } from 'node:fs/promises';
import { cpus, freemem, loadavg, totalmem } from 'node:os';
import type { Pod } from '@wherry/api';
import { newestOf } from '../pod/observed.ts';
import type { NodeParts } from '../worker/node.ts';

interface Usage {
  readonly cpuNanoseconds: number;
  readonly memoryBytes: number;
}

/** What /stats/summary answers: usage from cgroup files, since Docker's own figures take a second each. */
export async function summary(parts: NodeParts, pods: readonly Pod[]): Promise<object> {
  const time = new Date(parts.now()).toISOString();
  return {
    node: {
      nodeName: parts.nodeName,
      cpu: { time, usageNanoCores: Math.round(Math.min(loadavg()[0] ?? 0, cpus().length) * 1e9) },
      memory: { time, availableBytes: freemem(), usageBytes: totalmem() - freemem() },
    },
    pods: await Promise.all(pods.map((pod) => podSummary(parts, pod, time))),
  };
}

async function podSummary({ world }: NodeParts, pod: Pod, time: string): Promise<object> {
  const { name, namespace, uid = '' } = pod.metadata;
  const observed = world.pod(uid);
  const containers: object[] = [];
  const total = { cpuNanoseconds: 0, memoryBytes: 0 };
  for (const container of pod.spec.containers) {
    const instance = newestOf(observed, container.name);
    const usage = instance?.state === 'running' ? await usageOf(instance.pid) : undefined;
    if (usage === undefined) continue;
    total.cpuNanoseconds += usage.cpuNanoseconds;
    total.memoryBytes += usage.memoryBytes;
    containers.push({ name: container.name, ...figures(usage, time) });
  }
  return { podRef: { name, namespace, uid }, containers, ...figures(total, time) };
}

function figures(usage: Usage, time: string): object {
  return {
    cpu: { time, usageCoreNanoSeconds: usage.cpuNanoseconds },
    memory: { time, usageBytes: usage.memoryBytes, workingSetBytes: usage.memoryBytes },
  };
}

/** A process that has just ended has no cgroup any more: then there is nothing to tell. */
async function usageOf(pid: number): Promise<Usage | undefined> {
  try {
    const paths = parseCgroups(await readFile(`/proc/${pid}/cgroup`, 'utf8'));
    const unified = paths.get('');
    if (paths.size === 1 && unified !== undefined) return await usageV2(`/sys/fs/cgroup${unified}`);
    return await usageV1(paths.get('cpuacct') ?? '', paths.get('memory') ?? '');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Controller -> path, from /proc/PID/cgroup; the empty name is version 2's one hierarchy. */
export function parseCgroups(text: string): Map<string, string> {
  const paths = new Map<string, string>();
  for (const line of text.trim().split('\n')) {
    const [, controllers = '', ...path] = line.split(':');
    for (const controller of controllers.split(',')) paths.set(controller, path.join(':'));
  }
  return paths;
}

async function usageV2(dir: string): Promise<Usage> {
  const [cpu, memory] = await Promise.all([
    readFile(`${dir}/cpu.stat`, 'utf8'),
    readFile(`${dir}/memory.current`, 'utf8'),
  ]);
  return { cpuNanoseconds: Number(/usage_usec (\d+)/.exec(cpu)?.[1] ?? 0) * 1000, memoryBytes: Number(memory) };
}

async function usageV1(cpuPath: string, memoryPath: string): Promise<Usage> {
  const [cpu, memory] = await Promise.all([
    readFile(`/sys/fs/cgroup/cpuacct${cpuPath}/cpuacct.usage`, 'utf8'),
    readFile(`/sys/fs/cgroup/memory${memoryPath}/memory.usage_in_bytes`, 'utf8'),
  ]);
  return { cpuNanoseconds: Number(cpu), memoryBytes: Number(memory) };
}
