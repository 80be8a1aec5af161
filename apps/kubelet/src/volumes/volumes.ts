import { chmod, chown, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Container, Pod, Volume } from '@wherry/api';
import type { BindMount } from '../docker/container-config.ts';
import { expand, missingValues } from '../env/expand.ts';
import type { FieldContext } from '../env/field-ref.ts';
import { quantityValue } from '@wherry/apimachinery';
import { run } from '../network/ip-command.ts';
import { writePayload } from './atomic-writer.ts';
import { prepareHostPath } from './host-path.ts';
import { mountsBelow } from './mounts.ts';
import { VolumeError, volumePayload, type VolumeObjects } from './payload.ts';
import { PodDirs } from './pod-dirs.ts';
import { bindSubPath } from './sub-path.ts';

/** Which volume could not be made, and why, in upstream's words. */
export class VolumeSetupError extends Error {
  constructor(volume: string, cause: unknown) {
    const words = cause instanceof Error ? cause.message : String(cause);
    super(`MountVolume.SetUp failed for volume "${volume}" : ${words}`, { cause });
  }
}

/** A pod's volumes as directories and files of the host. */
export class Volumes {
  readonly #rootDir: string;

  constructor(rootDir: string) {
    this.#rootDir = rootDir;
  }

  dirs(pod: Pod): PodDirs {
    return new PodDirs(this.#rootDir, pod.metadata.uid ?? '');
  }

  /** Pods that have a directory here. */
  async podUids(): Promise<string[]> {
    const dir = join(this.#rootDir, 'pods');
    await mkdir(dir, { recursive: true, mode: 0o750 });
    return readdir(dir);
  }

  /** Makes or refreshes every volume of the pod; the host path of each by name. Throws VolumeSetupError. */
  async setUp(pod: Pod, objects: VolumeObjects, context: FieldContext): Promise<Map<string, string>> {
    const paths = new Map<string, string>();
    await mkdir(this.dirs(pod).root, { recursive: true, mode: 0o750 });
    await Promise.all(
      (pod.spec.volumes ?? []).map(async (volume) => {
        try {
          paths.set(volume.name, await this.#one(pod, volume, objects, context));
        } catch (error) {
          throw new VolumeSetupError(volume.name, error);
        }
      }),
    );
    return paths;
  }

  async #one(pod: Pod, volume: Volume, objects: VolumeObjects, context: FieldContext): Promise<string> {
    const group = pod.spec.securityContext?.fsGroup;
    if (volume.hostPath) {
      await prepareHostPath(volume.hostPath.path, volume.hostPath.type);
      return volume.hostPath.path;
    }
    if (volume.emptyDir) {
      const dir = this.dirs(pod).volume('empty-dir', volume.name);
      const fresh = (await mkdir(dir, { recursive: true })) !== undefined;
      const inMemory = volume.emptyDir.medium === 'Memory';
      const mounted = inMemory && (await mountTmpfs(dir, quantityValue(volume.emptyDir.sizeLimit ?? '0')));
      if (!fresh && !mounted) return dir;
      await chmod(dir, 0o777);
      if (group !== undefined) {
        await chown(dir, 0, group);
        await chmod(dir, 0o2777);
      }
      return dir;
    }
    const payload = volumePayload(pod, volume, objects, context);
    if (payload === undefined) throw new VolumeError('this kind of volume is not supported');
    const dir = this.dirs(pod).volume(kindOf(volume), volume.name);
    const fresh = (await mkdir(dir, { recursive: true })) !== undefined;
    // What is secret stays off the disk.
    const mounted = (volume.secret || volume.projected) && (await mountTmpfs(dir, 0));
    if (fresh || mounted) await chmod(dir, 0o755);
    await writePayload(dir, payload, group);
    return dir;
  }

  /** The bind mounts of one container, subPaths resolved so that no link leads out of their volume. */
  async mounts(
    pod: Pod,
    container: Container,
    paths: ReadonlyMap<string, string>,
    env: ReadonlyMap<string, string>,
  ): Promise<BindMount[]> {
    const mounts: BindMount[] = [];
    for (const [index, mount] of (container.volumeMounts ?? []).entries()) {
      const volume = paths.get(mount.name);
      if (volume === undefined) throw new VolumeError(`no volume named ${mount.name}`);
      const subPath = mount.subPathExpr === undefined ? mount.subPath : expandPath(mount.subPathExpr, env);
      const place = `${this.dirs(pod).root}/volume-subpaths/${mount.name}/${container.name}/${index}`;
      const source = subPath ? await bindSubPath(volume, subPath, place) : volume;
      mounts.push({
        source,
        target: mount.mountPath,
        readOnly: mount.readOnly === true || showsObjects(pod, mount.name),
        propagation: propagationOf(mount.mountPropagation),
      });
    }
    return mounts;
  }

  /** Gives back the volumes of a pod that has ended; what its dead containers left to say stays. */
  async release(podUid: string): Promise<void> {
    const { root } = new PodDirs(this.#rootDir, podUid);
    await removeTree(`${root}/volume-subpaths`);
    await removeTree(`${root}/volumes`);
  }

  /** Unmounts and removes everything of a pod. */
  async remove(podUid: string): Promise<void> {
    await removeTree(new PodDirs(this.#rootDir, podUid).root);
  }
}

async function removeTree(root: string): Promise<void> {
  for (const point of await mountsBelow(root)) await run('umount', [point]);
  // Nothing is deleted while something is still mounted below: it might be somebody's host path.
  if ((await mountsBelow(root)).length > 0) throw new Error(`volumes below ${root} are still mounted`);
  await rm(root, { recursive: true, force: true });
}

function kindOf(volume: Volume): string {
  if (volume.configMap) return 'configmap';
  if (volume.secret) return 'secret';
  return volume.downwardAPI ? 'downward-api' : 'projected';
}

/** False when it is mounted already; the directory outlives a reboot, the mount does not. */
async function mountTmpfs(dir: string, sizeBytes: number): Promise<boolean> {
  if ((await mountsBelow(dir)).includes(dir)) return false;
  const size = sizeBytes > 0 ? ['-o', `size=${sizeBytes}`] : [];
  await run('mount', ['-t', 'tmpfs', ...size, 'tmpfs', dir]);
  return true;
}

/** What we write from objects of the API is ours to change alone: no container may. */
function showsObjects(pod: Pod, name: string): boolean {
  const volume = pod.spec.volumes?.find((candidate) => candidate.name === name);
  return [volume?.configMap, volume?.secret, volume?.downwardAPI, volume?.projected].some(
    (source) => source !== undefined,
  );
}

function expandPath(path: string, env: ReadonlyMap<string, string>): string {
  const missing = missingValues(path, env);
  if (missing.length > 0) throw new VolumeError(`missing value for ${missing.join(', ')}`);
  return expand(path, env);
}

function propagationOf(mode: string | undefined): BindMount['propagation'] {
  if (mode === 'Bidirectional') return 'rshared';
  return mode === 'HostToContainer' ? 'rslave' : 'rprivate';
}
