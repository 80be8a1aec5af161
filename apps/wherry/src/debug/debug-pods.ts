import type { Container, EphemeralContainer, Pod } from '@wherry/api';
import { CliError } from '../cli/errors.ts';
import { applyProfile, type Keep, type ProfileName } from './profiles.ts';

/** What is asked for on the command line. */
export interface DebugRequest {
  /** Empty: a new one, named after `suffix`. */
  readonly container: string;
  readonly image: string;
  readonly pullPolicy: string;
  readonly command: readonly string[];
  readonly argumentsOnly: boolean;
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly stdin: boolean;
  readonly tty: boolean;
  readonly target: string;
  readonly copyTo: string;
  readonly sameNode: boolean;
  readonly setImages: ReadonlyMap<string, string>;
  /** Undefined: as the pod says, or as the profile wants. */
  readonly shareProcesses: boolean | undefined;
  readonly profile: ProfileName;
  readonly keep: Keep;
  /** Fields of the container to be changed beside the profile's. */
  readonly custom: object | undefined;
}

export interface DebugPod {
  readonly pod: Pod;
  /** The container to attach to; empty when images alone were changed. */
  readonly container: string;
}

/** The container as it is named and run, without what a profile adds. */
function newContainer(request: DebugRequest, name: string): Container {
  const { command, argumentsOnly, env, pullPolicy } = request;
  return {
    name,
    image: request.image,
    ...(env.length > 0 ? { env: [...env] } : {}),
    ...(pullPolicy ? { imagePullPolicy: pullPolicy } : {}),
    ...(command.length > 0 ? { [argumentsOnly ? 'args' : 'command']: [...command] } : {}),
    ...(request.stdin ? { stdin: true } : {}),
    ...(request.tty ? { tty: true } : {}),
    terminationMessagePolicy: 'File',
  };
}

/** The pod with one container more, which joins it while it runs. */
export function withEphemeral(pod: Pod, request: DebugRequest, name: string): DebugPod {
  const added: EphemeralContainer = {
    ...newContainer(request, name),
    ...(request.target ? { targetContainerName: request.target } : {}),
  };
  const ephemeralContainers = [...(pod.spec.ephemeralContainers ?? []), added];
  const next = { ...pod, spec: { ...pod.spec, ephemeralContainers } };
  const applied = applyProfile(next, name, 'ephemeral', request.profile, request.keep);
  return { pod: customize(applied, name, request.custom), container: name };
}

/** A pod of the node's own namespaces, with its file system under /host. */
export function nodePod(node: string, podName: string, request: DebugRequest, name: string): DebugPod {
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: podName, labels: { 'app.kubernetes.io/managed-by': 'kubectl-debug' } },
    spec: {
      containers: [newContainer(request, name)],
      nodeName: node,
      restartPolicy: 'Never',
      tolerations: [{ operator: 'Exists' }],
    },
  };
  const applied = applyProfile(pod, name, 'node', request.profile, request.keep);
  return { pod: customize(applied, name, request.custom), container: name };
}

/** Another pod like the one given, with a container more or one of its own changed. */
export function copyOf(original: Pod, request: DebugRequest, newName: () => string): DebugPod {
  const { annotations, labels, namespace } = original.metadata;
  const { ephemeralContainers: _, nodeName, ...spec } = original.spec;
  const setImages = request.setImages;
  const containers = spec.containers.map((container) => {
    const image = setImages.get(container.name) ?? setImages.get('*');
    return image ? { ...container, image } : container;
  });
  const copy: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: request.copyTo,
      namespace,
      ...(annotations ? { annotations } : {}),
      ...(labels ? { labels } : {}),
    },
    spec: {
      ...spec,
      containers,
      ...(request.sameNode && nodeName ? { nodeName } : {}),
      ...(request.shareProcesses === undefined ? {} : { shareProcessNamespace: request.shareProcesses }),
    },
  };
  const known = containers.some(({ name }) => name === request.container);
  const knownInit = spec.initContainers?.some(({ name }) => name === request.container) === true;
  if (!known && !knownInit && request.image === '') {
    if (setImages.size > 0) return { pod: copy, container: '' };
    throw new CliError('you must specify image when creating new container');
  }
  const name = request.container || newName();
  const change = (container: Container): Container =>
    container.name === name ? changed(container, request) : container;
  copy.spec.containers = known || knownInit ? containers.map(change) : [...containers, newContainer(request, name)];
  if (knownInit) copy.spec.initContainers = (spec.initContainers ?? []).map(change);
  const applied = applyProfile(copy, name, 'copy', request.profile, request.keep);
  return { pod: customize(applied, name, request.custom), container: name };
}

function changed(container: Container, request: DebugRequest): Container {
  const { command: own, args, stdin: _stdin, tty: _tty, ...rest } = container;
  const { command, argumentsOnly } = request;
  const words =
    command.length === 0
      ? { ...(own ? { command: own } : {}), ...(args ? { args } : {}) }
      : argumentsOnly
        ? { ...(own ? { command: own } : {}), args: [...command] }
        : { command: [...command] };
  return {
    ...rest,
    ...words,
    ...(request.env.length > 0 ? { env: [...request.env] } : {}),
    ...(request.image ? { image: request.image } : {}),
    ...(request.pullPolicy ? { imagePullPolicy: request.pullPolicy } : {}),
    ...(request.stdin ? { stdin: true } : {}),
    ...(request.tty ? { tty: true } : {}),
  };
}

const untouchable = ['name', 'command', 'image', 'lifecycle', 'volumeDevices'];

/** @throws {CliError} when it would change what the command line says */
export function checkCustom(custom: unknown, file: string): object {
  if (typeof custom !== 'object' || custom === null || Array.isArray(custom))
    throw new CliError(`${file} does not contain a valid container spec: not a mapping`);
  if (untouchable.some((field) => field in custom))
    throw new CliError('name, command, image, lifecycle and volume devices are not modifiable via custom profile');
  return custom;
}

/** As a strategic merge patch would: maps are merged, variables and mounts by their key, other lists replaced. */
function customize(pod: Pod, name: string, custom: object | undefined): Pod {
  if (!custom) return pod;
  const each = <C extends { name: string }>(list: C[] | undefined): C[] | undefined =>
    list?.map((container) => (container.name === name ? (merge(container, custom) as C) : container));
  const { containers, ephemeralContainers } = pod.spec;
  return {
    ...pod,
    spec: {
      ...pod.spec,
      containers: each(containers) ?? [],
      ...(ephemeralContainers ? { ephemeralContainers: each(ephemeralContainers) } : {}),
    },
  };
}

const mergeKeys: Readonly<Record<string, string>> = { env: 'name', volumeMounts: 'mountPath', ports: 'containerPort' };

function merge(into: unknown, from: unknown, field = ''): unknown {
  const key = mergeKeys[field];
  if (Array.isArray(from) && Array.isArray(into) && key !== undefined) {
    const keyOf = (item: unknown): unknown => (item as Record<string, unknown>)[key];
    const kept = into.map((item: unknown) => {
      const other: unknown = from.find((candidate) => keyOf(candidate) === keyOf(item));
      return other === undefined ? item : merge(item, other);
    });
    return [...kept, ...from.filter((item) => !into.some((other) => keyOf(other) === keyOf(item)))];
  }
  if (!isMap(from) || !isMap(into)) return from;
  const merged = new Map(Object.entries(into));
  for (const [name, value] of Object.entries(from)) {
    if (value === null) merged.delete(name);
    else merged.set(name, merged.has(name) ? merge(merged.get(name), value, name) : value);
  }
  return Object.fromEntries(merged);
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
