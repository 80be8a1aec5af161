import { setTimeout as sleep } from 'node:timers/promises';
import type { Container, EphemeralContainer, Pod, ServiceAccount, Volume } from '@wherry/api';
import { forbidden, type StatusError } from '@wherry/apimachinery';
import { generatedName } from '../registry/object-meta.ts';
import { lookUp, type Registry } from '../registry/registry.ts';
import type { AdmissionPlugin, AdmissionRequest } from './chain.ts';

const MIRROR = 'kubernetes.io/config.mirror';
const ENFORCE = 'kubernetes.io/enforce-mountable-secrets';
const VOLUME_PREFIX = 'kube-api-access-';
const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
/** Told from what anyone else would ask for: see the verb that makes tokens. */
const TOKEN_SECONDS = 3_607;
/** The account of a new namespace comes a moment after it. */
const ATTEMPTS = 10;
const RETRY_MS = 150;

/** Every pod has a service account, and its token where nobody said otherwise; pull secrets come from it too. */
export const serviceAccount: AdmissionPlugin = {
  name: 'ServiceAccount',
  concerns: ['/pods'],
  async mutate(request, registry) {
    if (!isPod(request) || request.operation !== 'CREATE' || request.subresource !== '') return;
    const pod = request.object as Pod;
    const { spec } = pod;
    if (isMirror(pod)) return checkMirror(request, pod);
    const name = spec.serviceAccountName || spec.serviceAccount || 'default';
    spec.serviceAccountName = name;
    spec.serviceAccount = name;
    const account = await findAccount(request, registry, name);
    if (spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true) mountToken(spec);
    const secrets = account.imagePullSecrets ?? [];
    if (secrets.length > 0 && (spec.imagePullSecrets?.length ?? 0) === 0) {
      spec.imagePullSecrets = secrets.map((secret) => ({ ...secret }));
    }
  },
  async validate(request, registry) {
    if (!isPod(request)) return;
    const pod = request.object as Pod;
    const { operation, subresource } = request;
    if (operation === 'CREATE' && subresource === '') {
      if (isMirror(pod)) return checkMirror(request, pod);
      const account = await findAccount(request, registry, pod.spec.serviceAccountName ?? '');
      const secret = isEnforced(account) ? referenceError(pod, account) : undefined;
      if (secret !== undefined) throw refuse(request, secret);
    } else if (operation === 'UPDATE' && subresource === 'ephemeralcontainers') {
      const account = await findAccount(request, registry, pod.spec.serviceAccountName ?? '');
      const why = isEnforced(account)
        ? containerError('ephemeral container', pod.spec.ephemeralContainers, account)
        : undefined;
      if (why !== undefined) throw refuse(request, why);
    }
  },
};

function isPod({ served, object }: AdmissionRequest): boolean {
  return served.resource.group === '' && served.resource.plural === 'pods' && object !== undefined;
}

/** Pods that a kubelet runs from files, and only shows here: they live without the API, so without its secrets too. */
function isMirror({ metadata }: Pod): boolean {
  return metadata.annotations !== undefined && Object.hasOwn(metadata.annotations, MIRROR);
}

function refuse({ object, name }: AdmissionRequest, why: string): StatusError {
  return forbidden({ group: '', resource: 'pods' }, object?.metadata.name ?? name, why);
}

async function findAccount(request: AdmissionRequest, registry: Registry, name: string): Promise<ServiceAccount> {
  const { namespace } = request;
  if (name === '') {
    throw refuse(request, `no service account specified for pod ${namespace}/${request.object?.metadata.name ?? ''}`);
  }
  for (let attempt = 1; ; attempt++) {
    const found = lookUp(registry, '/v1/serviceaccounts', `${namespace}/${name}`) as ServiceAccount | undefined;
    if (found !== undefined) return found;
    if (name !== 'default' || attempt === ATTEMPTS) {
      const why = `error looking up service account ${namespace}/${name}: serviceaccount ${JSON.stringify(name)} not found`;
      throw refuse(request, why);
    }
    await sleep(RETRY_MS);
  }
}

function mountToken(spec: Pod['spec']): void {
  const known = spec.volumes?.find(({ name }) => name.startsWith(VOLUME_PREFIX))?.name;
  const name = known ?? generatedName(VOLUME_PREFIX);
  let needed = false;
  for (const container of [...(spec.initContainers ?? []), ...spec.containers]) {
    // Who mounts something there knows what he does.
    if (container.volumeMounts?.some(({ mountPath }) => mountPath === MOUNT_PATH)) continue;
    container.volumeMounts = [...(container.volumeMounts ?? []), { name, readOnly: true, mountPath: MOUNT_PATH }];
    needed = true;
  }
  if (needed && known === undefined) spec.volumes = [...(spec.volumes ?? []), tokenVolume(name)];
}

function tokenVolume(name: string): Volume {
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        {
          downwardAPI: {
            items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
          },
        },
      ],
      defaultMode: 0o644,
    },
  };
}

function checkMirror(request: AdmissionRequest, pod: Pod): void {
  const why = mirrorError(pod);
  if (why !== undefined) throw refuse(request, why);
}

function mirrorError(pod: Pod): string | undefined {
  const { spec } = pod;
  if ((spec.serviceAccountName ?? '') !== '') return 'a mirror pod may not reference service accounts';
  const containers = [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? [])];
  const ofContainers = containers.some((container) => secretsOf(container).length > 0);
  const ofVolumes = (spec.volumes ?? []).some(
    ({ secret, projected }) =>
      secret !== undefined || projected?.sources?.some((source) => source.secret !== undefined),
  );
  if (ofContainers || ofVolumes || (spec.imagePullSecrets?.length ?? 0) > 0)
    return 'a mirror pod may not reference secrets';
  const hasToken = (spec.volumes ?? []).some(({ projected }) =>
    projected?.sources?.some((source) => source.serviceAccountToken !== undefined),
  );
  return hasToken ? 'a mirror pod may not use ServiceAccountToken volume projections' : undefined;
}

function isEnforced({ metadata }: ServiceAccount): boolean {
  return ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(metadata.annotations?.[ENFORCE] ?? '');
}

/** With the annotation, a pod may have the secrets that its account lists, and no other. */
function referenceError({ spec }: Pod, account: ServiceAccount): string | undefined {
  const allowed = new Set((account.secrets ?? []).map(({ name }) => name));
  const { name: accountName } = account.metadata;
  for (const { secret } of spec.volumes ?? []) {
    if (secret === undefined || allowed.has(secret.secretName)) continue;
    return `volume with secret.secretName="${secret.secretName ?? ''}" is not allowed because service account ${accountName} does not reference that secret`;
  }
  const ofContainers =
    containerError('init container', spec.initContainers, account) ??
    containerError('container', spec.containers, account);
  if (ofContainers !== undefined) return ofContainers;
  const pullSecrets = new Set((account.imagePullSecrets ?? []).map(({ name }) => name));
  for (const [index, { name }] of (spec.imagePullSecrets ?? []).entries()) {
    if (pullSecrets.has(name)) continue;
    return `imagePullSecrets[${index}].name="${name ?? ''}" is not allowed because service account ${accountName} does not reference that imagePullSecret`;
  }
  return undefined;
}

type AnyContainer = Container | EphemeralContainer;

function containerError(what: string, containers: readonly AnyContainer[] | undefined, account: ServiceAccount) {
  const allowed = new Set((account.secrets ?? []).map(({ name }) => name));
  for (const container of containers ?? []) {
    for (const { where, name } of secretsOf(container)) {
      if (allowed.has(name)) continue;
      return `${what} ${container.name} with ${where} referencing secret.secretName="${name}" is not allowed because service account ${account.metadata.name} does not reference that secret`;
    }
  }
  return undefined;
}

function secretsOf({ env, envFrom }: AnyContainer): { where: string; name: string }[] {
  const found: { where: string; name: string }[] = [];
  for (const { name, valueFrom } of env ?? []) {
    if (valueFrom?.secretKeyRef) found.push({ where: `envVar ${name}`, name: valueFrom.secretKeyRef.name ?? '' });
  }
  for (const { secretRef } of envFrom ?? []) {
    if (secretRef) found.push({ where: 'envFrom', name: secretRef.name ?? '' });
  }
  return found;
}
