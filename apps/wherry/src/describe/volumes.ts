import type { Volume } from '@wherry/api';
import type { Page } from './page.ts';

export function volumeLines(page: Page, volumes: readonly Volume[] | undefined, space: string): void {
  if (!volumes?.length) {
    page.line(0, `${space}Volumes:\t<none>`);
    return;
  }
  page.line(0, `${space}Volumes:`);
  for (const volume of volumes) {
    page.line(1, `${space ? ' ' : ''}${volume.name}:`);
    sourceLines(page, volume);
  }
}

function sourceLines(page: Page, volume: Volume): void {
  const type = (text: string): Page => page.line(2, `Type:\t${text}`);
  if (volume.hostPath) {
    type('HostPath (bare host directory volume)');
    page.line(2, `Path:\t${volume.hostPath.path}`);
    page.line(2, `HostPathType:\t${volume.hostPath.type ?? '<none>'}`);
  } else if (volume.emptyDir) {
    type("EmptyDir (a temporary directory that shares a pod's lifetime)");
    page.line(2, `Medium:\t${volume.emptyDir.medium ?? ''}`);
    page.line(2, `SizeLimit:\t${volume.emptyDir.sizeLimit ?? '<unset>'}`);
  } else if (volume.configMap) {
    type('ConfigMap (a volume populated by a ConfigMap)');
    page.line(2, `Name:\t${volume.configMap.name}`);
    page.line(2, `Optional:\t${volume.configMap.optional ?? false}`);
  } else if (volume.secret) {
    type('Secret (a volume populated by a Secret)');
    page.line(2, `SecretName:\t${volume.secret.secretName ?? ''}`);
    page.line(2, `Optional:\t${volume.secret.optional ?? false}`);
  } else if (volume.downwardAPI) {
    type('DownwardAPI (a volume populated by information about the pod)');
    page.line(2, 'Items:');
    for (const { fieldRef, resourceFieldRef, path } of volume.downwardAPI.items ?? []) {
      page.line(3, `${fieldRef?.fieldPath ?? resourceFieldRef?.resource ?? ''} -> ${path}`);
    }
  } else if (volume.projected) {
    type('Projected (a volume that contains injected data from multiple sources)');
    for (const source of volume.projected.sources ?? []) {
      if (source.secret) {
        page.line(2, `SecretName:\t${source.secret.name}`);
        page.line(2, `Optional:\t${source.secret.optional ?? false}`);
      } else if (source.downwardAPI) {
        page.line(2, 'DownwardAPI:\ttrue');
      } else if (source.configMap) {
        page.line(2, `ConfigMapName:\t${source.configMap.name}`);
        page.line(2, `Optional:\t${source.configMap.optional ?? false}`);
      } else if (source.serviceAccountToken) {
        page.line(2, `TokenExpirationSeconds:\t${source.serviceAccountToken.expirationSeconds ?? 3600}`);
      }
    }
  } else if (volume.persistentVolumeClaim) {
    type('PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)');
    page.line(2, `ClaimName:\t${volume.persistentVolumeClaim.claimName}`);
    page.line(2, `ReadOnly:\t${volume.persistentVolumeClaim.readOnly ?? false}`);
  } else {
    type('<unknown>');
  }
}
