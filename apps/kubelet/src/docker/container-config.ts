import { podQosClass, type Container, type Pod } from '@wherry/api';
import type { ContainerCreateOptions, HostConfig, MountSettings } from 'dockerode';
import { expand } from '../env/expand.ts';
import { quantityMilliValue, quantityValue } from '@wherry/apimachinery';
import { isSidecar, specHash } from '../pod/facts.ts';

import { dockerName, labels, podLabels, type Owner } from './labels.ts';

/** One bind mount, its source already resolved on the host. */
export interface BindMount {
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  readonly propagation?: 'rprivate' | 'rslave' | 'rshared' | undefined;
}

/** What this node can do, found out once. */
export interface NodeLimits {
  readonly memoryBytes: number;
  /** The lowest OOM score adjustment that the engine may set: -1000 unless CAP_SYS_RESOURCE is missing. */
  readonly lowestOomScore: number;
}

export interface ContainerInput {
  readonly owner: Owner;
  readonly pod: Pod;
  readonly container: Container;
  readonly attempt: number;
  readonly sandboxId: string;
  /** The container whose process namespace it joins. */
  readonly targetId?: string | undefined;
  readonly imageId: string;
  readonly env: ReadonlyMap<string, string>;
  readonly mounts: readonly BindMount[];
  /** On the host: mounted at the container's terminationMessagePath. */
  readonly messageFile: string;
  readonly limits: NodeLimits;
}

const logConfig = { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '5' } };

/** The sandbox: it holds the pod's namespaces and does nothing else. */
export function sandboxConfig(
  owner: Owner,
  pod: Pod,
  attempt: number,
  image: string,
  hostname: string,
): ContainerCreateOptions {
  const hostNetwork = pod.spec.hostNetwork === true;
  return {
    name: dockerName(pod, 'POD', attempt),
    Image: image,
    ...(hostNetwork ? {} : { Hostname: hostname }),
    Labels: {
      ...podLabels(owner, pod),
      [labels.type]: 'podsandbox',
      [labels.containerName]: 'POD',
      [labels.restartCount]: String(attempt),
    },
    HostConfig: {
      NetworkMode: hostNetwork ? 'host' : 'none',
      IpcMode: pod.spec.hostIPC ? 'host' : 'shareable',
      PidMode: pod.spec.hostPID ? 'host' : '',
      LogConfig: { Type: 'none', Config: {} },
      SecurityOpt: ['no-new-privileges'],
      CpuShares: 2,
      OomScoreAdj: 0,
      ...(pod.spec.securityContext?.sysctls === undefined
        ? {}
        : { Sysctls: Object.fromEntries(pod.spec.securityContext.sysctls.map((s) => [s.name, s.value])) }),
    },
  };
}

export function containerConfig(input: ContainerInput): ContainerCreateOptions {
  const { owner, pod, container, attempt, sandboxId, env } = input;
  const words = (list: readonly string[] | undefined) => list?.map((word) => expand(word, env));
  const security = { ...pod.spec.securityContext, ...defined(container.securityContext) };
  const user = userOf(security.runAsUser, security.runAsGroup);
  return {
    name: dockerName(pod, container.name, attempt),
    Image: input.imageId,
    ...optional('Entrypoint', words(container.command)),
    ...optional('Cmd', words(container.args)),
    ...optional('WorkingDir', container.workingDir),
    ...optional('User', user),
    Env: [...env].map(([name, value]) => `${name}=${value}`),
    Tty: container.tty ?? false,
    OpenStdin: container.stdin ?? false,
    StdinOnce: container.stdinOnce ?? false,
    ...optional('StopSignal', container.lifecycle?.stopSignal),
    // The kubelet probes; a check that the image brings along would only cost.
    Healthcheck: { Test: ['NONE'] },
    Labels: {
      ...podLabels(owner, pod),
      [labels.type]: 'container',
      [labels.containerName]: container.name,
      [labels.sandboxId]: sandboxId,
      [labels.restartCount]: String(attempt),
      [labels.hash]: specHash(container),
      [labels.image]: container.image ?? '',
      [labels.messageFile]: input.messageFile,
      [labels.messagePolicy]: container.terminationMessagePolicy ?? 'File',
    },
    HostConfig: hostConfig(input),
  };
}

function hostConfig({ pod, container, sandboxId, targetId, mounts, limits }: ContainerInput): HostConfig {
  const security = container.securityContext ?? {};
  const shared = `container:${sandboxId}`;
  const groups = [...(pod.spec.securityContext?.supplementalGroups ?? [])];
  if (pod.spec.securityContext?.fsGroup !== undefined) groups.push(pod.spec.securityContext.fsGroup);
  return {
    NetworkMode: shared,
    IpcMode: pod.spec.hostIPC ? 'host' : shared,
    PidMode: pidMode(pod, shared, targetId),
    UTSMode: pod.spec.hostNetwork ? 'host' : '',
    Mounts: mounts.map(mountSettings),
    LogConfig: logConfig,
    RestartPolicy: { Name: 'no' },
    ReadonlyRootfs: security.readOnlyRootFilesystem ?? false,
    Privileged: security.privileged ?? false,
    CapAdd: security.capabilities?.add ?? [],
    CapDrop: security.capabilities?.drop ?? [],
    SecurityOpt: securityOptions(pod, container),
    GroupAdd: groups.map(String),
    OomScoreAdj: Math.max(oomScore(pod, container, limits.memoryBytes), limits.lowestOomScore),
    ...resources(container),
  };
}

function pidMode(pod: Pod, shared: string, targetId: string | undefined): string {
  if (pod.spec.hostPID) return 'host';
  if (pod.spec.shareProcessNamespace) return shared;
  return targetId === undefined ? '' : `container:${targetId}`;
}

function mountSettings(mount: BindMount): MountSettings {
  return {
    Type: 'bind',
    Source: mount.source,
    Target: mount.target,
    ReadOnly: mount.readOnly,
    BindOptions: { Propagation: mount.propagation ?? 'rprivate' },
  };
}

function securityOptions(pod: Pod, container: Container): string[] {
  const security = container.securityContext ?? {};
  const options: string[] = [];
  if (security.allowPrivilegeEscalation === false) options.push('no-new-privileges');
  const seccomp = security.seccompProfile ?? pod.spec.securityContext?.seccompProfile;
  // Upstream's default is no filter; RuntimeDefault is the filter that Docker applies by itself.
  if (seccomp === undefined || seccomp.type === 'Unconfined') options.push('seccomp=unconfined');
  const appArmor = security.appArmorProfile ?? pod.spec.securityContext?.appArmorProfile;
  if (appArmor?.type === 'Unconfined') options.push('apparmor=unconfined');
  if (appArmor?.type === 'Localhost') options.push(`apparmor=${appArmor.localhostProfile}`);
  return options;
}

/** Requests become shares, limits become quotas, as upstream converts them. */
function resources(container: Container): HostConfig {
  const { requests, limits } = container.resources ?? {};
  const cpuRequest = quantityMilliValue(requests?.cpu ?? limits?.cpu ?? '0');
  const cpuLimit = quantityMilliValue(limits?.cpu ?? '0');
  const memory = quantityValue(limits?.memory ?? '0');
  const config: HostConfig = { CpuShares: Math.min(Math.max(Math.floor((cpuRequest * 1024) / 1000), 2), 262_144) };
  if (cpuLimit > 0) {
    config.CpuPeriod = 100_000;
    config.CpuQuota = Math.max(Math.floor(cpuLimit * 100), 1000);
  }
  if (memory > 0) {
    config.Memory = memory;
    config.MemorySwap = memory;
  }
  return config;
}

/** Upstream's policy: the less of its memory a container asked for, the sooner it is killed. */
export function oomScore(pod: Pod, container: Container, nodeMemoryBytes: number): number {
  const qos = podQosClass(pod);
  if (qos === 'Guaranteed') return -997;
  if (qos === 'BestEffort') return 1000;
  const request = quantityValue(container.resources?.requests?.memory ?? '0');
  const score = Math.floor(1000 - (1000 * request) / nodeMemoryBytes);
  const bounded = Math.min(Math.max(score, 3), 999);
  return isSidecar(container) ? Math.min(bounded, 999) : bounded;
}

function userOf(user: number | undefined, group: number | undefined): string | undefined {
  if (user === undefined) return group === undefined ? undefined : `0:${group}`;
  return group === undefined ? String(user) : `${user}:${group}`;
}

function defined<T extends object>(value: T | undefined): Partial<T> {
  return Object.fromEntries(Object.entries(value ?? {}).filter(([, field]) => field !== undefined)) as Partial<T>;
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}
