import { fieldInvalid, fieldNotFound, fieldNotSupported, fieldRequired } from '@wherry/apimachinery';
import type { Container, EphemeralContainer, VolumeMount } from '../core/container.ts';
import type { Volume } from '../core/volume.ts';
import { invalidIf, type Findings } from './value-rules.ts';
import { localDescendingPath } from './volume-path.ts';

type AnyContainer = Container | EphemeralContainer;

export function* volumeMounts(container: AnyContainer, volumes: readonly Volume[], field: string): Findings {
  const devices = container.volumeDevices ?? [];
  const paths = new Set<string>();
  for (const [index, mount] of (container.volumeMounts ?? []).entries()) {
    const at = `${field}[${index}]`;
    const { name, mountPath } = mount;
    if (name === '') yield fieldRequired(`${at}.name`);
    if (!volumes.some((volume) => volume.name === name)) yield fieldNotFound(`${at}.name`, name);
    if (mountPath === '') yield fieldRequired(`${at}.mountPath`);
    yield* invalidIf(paths.has(mountPath), `${at}.mountPath`, mountPath, 'must be unique');
    paths.add(mountPath);
    yield* invalidIf(
      devices.some((d) => d.name === name),
      `${at}.name`,
      name,
      'must not already exist in volumeDevices',
    );
    yield* invalidIf(
      devices.some((device) => device.devicePath === mountPath),
      `${at}.mountPath`,
      mountPath,
      'must not already exist as a path in volumeDevices',
    );
    yield* subPaths(
      mount,
      volumes.find((volume) => volume.name === name),
      field,
      at,
    );
    yield* propagation(mount, container, field);
  }
}

function* subPaths(mount: VolumeMount, volume: Volume | undefined, field: string, at: string): Findings {
  for (const name of ['subPath', 'subPathExpr'] as const) {
    const path = mount[name];
    if (!path) continue;
    yield* invalidIf(volume?.image !== undefined, `${at}.${name}`, path, 'not allowed in image volume sources');
    yield* localDescendingPath(path, `${field}.${name}`);
  }
  if (mount.subPath && mount.subPathExpr) {
    yield fieldInvalid(`${at}.subPathExpr`, mount.subPathExpr, 'subPathExpr and subPath are mutually exclusive');
  }
}

const propagations = ['Bidirectional', 'HostToContainer', 'None'];
function* propagation(mount: VolumeMount, container: AnyContainer, field: string): Findings {
  const { mountPropagation: mode, recursiveReadOnly } = mount;
  if (mode !== undefined) {
    if (!propagations.includes(mode)) yield fieldNotSupported(`${field}.mountPropagation`, mode, propagations);
    if (mode === 'Bidirectional' && container.securityContext?.privileged !== true) {
      yield {
        type: 'FieldValueForbidden',
        field: `${field}.mountPropagation`,
        detail: 'Bidirectional mount propagation is available only to privileged containers',
      };
    }
  }
  if (recursiveReadOnly !== undefined && !['Disabled', 'Enabled', 'IfPossible'].includes(recursiveReadOnly)) {
    yield fieldNotSupported(`${field}.recursiveReadOnly`, recursiveReadOnly, ['Disabled', 'Enabled', 'IfPossible']);
  }
}

export function* volumeDevices(container: AnyContainer, volumes: readonly Volume[], field: string): Findings {
  const names = new Set<string>();
  const paths = new Set<string>();
  for (const [index, { name, devicePath }] of (container.volumeDevices ?? []).entries()) {
    const at = `${field}[${index}]`;
    const volume = volumes.find((candidate) => candidate.name === name);
    if (name === '') yield fieldRequired(`${at}.name`);
    yield* invalidIf(names.has(name), `${at}.name`, name, 'must be unique');
    if (volume === undefined) yield fieldNotFound(`${at}.name`, name);
    else if (volume.persistentVolumeClaim === undefined && volume.ephemeral === undefined) {
      const detail = 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode';
      yield fieldInvalid(`${at}.name`, name, detail);
    }
    if (devicePath === '') yield fieldRequired(`${at}.devicePath`);
    yield* invalidIf(paths.has(devicePath), `${at}.devicePath`, devicePath, 'must be unique');
    const backsteps = devicePath.split('/').includes('..');
    yield* invalidIf(backsteps, `${at}.devicePath`, devicePath, "can not contain backsteps ('..')");
    names.add(name);
    paths.add(devicePath);
  }
}
