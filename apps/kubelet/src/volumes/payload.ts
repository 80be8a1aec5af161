import type { ConfigMap, DownwardAPIVolumeFile, Pod, Secret, ServiceAccountTokenProjection, Volume } from '@wherry/api';
import { fieldValue, resourceValue, type FieldContext } from '../env/field-ref.ts';
import type { Payload, PayloadFile } from './atomic-writer.ts';

export interface VolumeObjects {
  configMap(name: string): ConfigMap | undefined;
  secret(name: string): Secret | undefined;
  /** Throws VolumeError when there is none. */
  token(projection: ServiceAccountTokenProjection): string;
}

/** A volume cannot be made yet; the message is upstream's. */
export class VolumeError extends Error {}

type Items = readonly { key: string; path: string; mode?: number | undefined }[] | undefined;

/** Names of the objects that the pod's volumes show. */
export function volumeReferences(volumes: readonly Volume[]): { configMaps: Set<string>; secrets: Set<string> } {
  const configMaps = new Set<string>();
  const secrets = new Set<string>();
  for (const volume of volumes) {
    if (volume.configMap?.name) configMaps.add(volume.configMap.name);
    if (volume.secret?.secretName) secrets.add(volume.secret.secretName);
    for (const source of volume.projected?.sources ?? []) {
      if (source.configMap?.name) configMaps.add(source.configMap.name);
      if (source.secret?.name) secrets.add(source.secret.name);
    }
  }
  return { configMaps, secrets };
}

/** The files of a configMap, secret, downwardAPI or projected volume; undefined for other kinds. Throws VolumeError. */
export function volumePayload(
  pod: Pod,
  volume: Volume,
  objects: VolumeObjects,
  context: FieldContext,
): Payload | undefined {
  const files = new Map<string, PayloadFile>();
  if (volume.configMap) {
    const { name = '', items, optional, defaultMode = 0o644 } = volume.configMap;
    addConfigMap(files, pod, objects.configMap(name), { name, items, optional }, defaultMode);
  } else if (volume.secret) {
    const { secretName: name = '', items, optional, defaultMode = 0o644 } = volume.secret;
    addSecret(files, pod, objects.secret(name), { name, items, optional }, defaultMode);
  } else if (volume.downwardAPI) {
    addDownward(files, pod, volume.downwardAPI.items ?? [], volume.downwardAPI.defaultMode ?? 0o644, context);
  } else if (volume.projected) {
    const mode = volume.projected.defaultMode ?? 0o644;
    for (const source of volume.projected.sources ?? []) {
      if (source.configMap) {
        addConfigMap(files, pod, objects.configMap(source.configMap.name ?? ''), source.configMap, mode);
      } else if (source.secret) addSecret(files, pod, objects.secret(source.secret.name ?? ''), source.secret, mode);
      else if (source.downwardAPI) addDownward(files, pod, source.downwardAPI.items ?? [], mode, context);
      else if (source.serviceAccountToken) {
        const data = Buffer.from(objects.token(source.serviceAccountToken));
        files.set(source.serviceAccountToken.path, { data, ...tokenAccess(pod, mode) });
      }
    }
  } else return undefined;
  return files;
}

/** Who may read a token: where it is known who runs, nobody else. */
function tokenAccess({ spec }: Pod, mode: number): { mode: number; user: number | undefined } {
  const user = onlyUser(spec);
  return { mode: user !== undefined || spec.securityContext?.fsGroup !== undefined ? 0o600 : mode, user };
}

/** The user that all containers run as, if they all say so and agree. */
function onlyUser(spec: Pod['spec']): number | undefined {
  const containers = [...(spec.initContainers ?? []), ...spec.containers];
  const users = new Set(
    containers.map(({ securityContext }) => securityContext?.runAsUser ?? spec.securityContext?.runAsUser),
  );
  return users.size === 1 ? [...users][0] : undefined;
}

interface Reference {
  readonly name?: string | undefined;
  readonly items?: Items;
  readonly optional?: boolean | undefined;
}

function addConfigMap(
  files: Map<string, PayloadFile>,
  pod: Pod,
  found: ConfigMap | undefined,
  reference: Reference,
  mode: number,
): void {
  if (found === undefined) return missing('configmap', reference);
  const entries = new Map<string, Buffer>();
  for (const [key, text] of Object.entries(found.data ?? {})) entries.set(key, Buffer.from(text));
  for (const [key, base64] of Object.entries(found.binaryData ?? {})) entries.set(key, Buffer.from(base64, 'base64'));
  addEntries(files, entries, reference, mode, `configmap references non-existent config key`);
}

function addSecret(
  files: Map<string, PayloadFile>,
  pod: Pod,
  found: Secret | undefined,
  reference: Reference,
  mode: number,
): void {
  if (found === undefined) return missing('secret', reference);
  const entries = new Map<string, Buffer>();
  for (const [key, base64] of Object.entries(found.data ?? {})) entries.set(key, Buffer.from(base64, 'base64'));
  addEntries(files, entries, reference, mode, 'references non-existent secret key');
}

function missing(kind: string, { name, optional }: Reference): void {
  if (!optional) throw new VolumeError(`${kind} "${name}" not found`);
}

function addEntries(
  files: Map<string, PayloadFile>,
  entries: ReadonlyMap<string, Buffer>,
  { items, optional }: Reference,
  defaultMode: number,
  complaint: string,
): void {
  if (items === undefined || items.length === 0) {
    for (const [key, data] of entries) files.set(key, { data, mode: defaultMode });
    return;
  }
  for (const { key, path, mode } of items) {
    const data = entries.get(key);
    if (data !== undefined) files.set(path, { data, mode: mode ?? defaultMode });
    else if (!optional) throw new VolumeError(`${complaint}: ${key}`);
  }
}

function addDownward(
  files: Map<string, PayloadFile>,
  pod: Pod,
  items: readonly DownwardAPIVolumeFile[],
  defaultMode: number,
  context: FieldContext,
): void {
  for (const item of items) {
    let text = '';
    if (item.fieldRef) text = fieldValue(pod, item.fieldRef.fieldPath, context);
    else if (item.resourceFieldRef) {
      const { containerName } = item.resourceFieldRef;
      const container = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].find(
        (candidate) => candidate.name === containerName,
      );
      if (container === undefined) throw new VolumeError(`container ${containerName} not found`);
      text = resourceValue(container, item.resourceFieldRef, context);
    }
    files.set(item.path, { data: Buffer.from(text), mode: item.mode ?? defaultMode });
  }
}
