import type {
  CertificateSigningRequest,
  CSIDriver,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  ResourceSlice,
  TokenRequest,
} from '@wherry/api';
import { deepEqual, forbidden, notFound, type KubeObject } from '@wherry/apimachinery';
import { nodeOf } from '../authorization/node/identity.ts';
import { podNames } from '../authorization/node/pod-references.ts';
import { groupResource } from '../registry/object-meta.ts';
import { lookUp, type Registry } from '../registry/registry.ts';
import type { AdmissionPlugin, AdmissionRequest } from './chain.ts';
import { forbiddenLabels } from './node-labels.ts';
import { requestedCommonName } from './signing-request.ts';

const MIRROR = 'kubernetes.io/config.mirror';
const LEASES = 'kube-node-lease';
const kubeletSigners = new Set(['kubernetes.io/kubelet-serving', 'kubernetes.io/kube-apiserver-client-kubelet']);

/** A kubelet's request: whose it is, and the way to refuse it. */
interface NodeRequest extends AdmissionRequest {
  node: string;
  registry: Registry;
  refuse(why: string): never;
}

/** Kubelets change their own node and its pods, and nothing else; upstream's rules and words. */
export const nodeRestriction: AdmissionPlugin = {
  name: 'NodeRestriction',
  mutate(request, registry) {
    const node = nodeOf(request.user);
    if (node === undefined) return;
    const refuse = (why: string): never => {
      throw forbidden(groupResource(request.served), request.name ?? '', why);
    };
    if (node === '') refuse(`could not determine node from user ${JSON.stringify(request.user.name)}`);
    const { group, plural } = request.served.resource;
    rules[`${group}/${plural}`]?.({ ...request, node, registry, refuse });
  },
};

const rules: Readonly<Record<string, (request: NodeRequest) => void>> = {
  '/pods': admitPod,
  '/nodes': admitNode,
  '/persistentvolumeclaims': admitClaim,
  '/serviceaccounts': admitToken,
  'coordination.k8s.io/leases': admitLease,
  'storage.k8s.io/csinodes': admitCsiNode,
  'certificates.k8s.io/certificatesigningrequests': admitSigningRequest,
  'resource.k8s.io/resourceslices': admitSlice,
};

function admitPod(request: NodeRequest): void {
  const { subresource, operation, node, refuse } = request;
  switch (subresource) {
    case '':
      if (operation === 'CREATE') return admitNewPod(request);
      if (operation !== 'DELETE')
        refuse(`unexpected operation "${operation}", node ${quote(node)} can only create and delete mirror pods`);
      if ((request.old as Pod).spec.nodeName !== node)
        refuse(`node ${quote(node)} can only delete pods with spec.nodeName set to itself`);
      return;
    case 'status':
      return admitPodStatus(request);
    case 'eviction': {
      const pod = lookUp(request.registry, '/v1/pods', `${request.namespace}/${request.name}`) as Pod | undefined;
      if (pod === undefined) throw notFound(groupResource(request.served), request.name);
      if (pod.spec.nodeName !== node) refuse(`node ${node} can only evict pods with spec.nodeName set to itself`);
      return;
    }
    default:
      refuse(`unexpected pod subresource ${quote(subresource)}, only 'status' and 'eviction' are allowed`);
  }
}

function admitNewPod({ object, node, registry, refuse }: NodeRequest): void {
  const pod = object as Pod;
  const who = `node ${quote(node)}`;
  if (pod.metadata.annotations?.[MIRROR] === undefined)
    refuse(`pod does not have ${quote(MIRROR)} annotation, ${who} can only create mirror pods`);
  if (pod.spec.nodeName !== node) refuse(`${who} can only create pods with spec.nodeName set to itself`);
  const owners = pod.metadata.ownerReferences ?? [];
  if (owners.length > 1) refuse(`${who} can only create pods with a single owner reference set to itself`);
  const [owner] = owners;
  if (owner === undefined || owner.apiVersion !== 'v1' || owner.kind !== 'Node' || owner.name !== node) {
    return refuse(`${who} can only create pods with an owner reference set to itself`);
  }
  if (owner.controller !== true) refuse(`${who} can only create pods with a controller owner reference set to itself`);
  if (owner.blockOwnerDeletion === true) refuse(`${who} must not set blockOwnerDeletion on an owner reference`);
  const known = lookUp(registry, '/v1/nodes', node);
  if (known === undefined) throw notFound({ group: '', resource: 'nodes' }, node);
  if (owner.uid !== known.metadata.uid)
    refuse(`node ${node} UID mismatch: expected ${owner.uid} got ${known.metadata.uid ?? ''}`);
  admitReferences(pod, (what) => refuse(`${who} can not create pods that reference ${what}`));
}

/** A pod that a node makes would give it a right to what the pod refers to. */
function admitReferences(pod: Pod, refuse: (what: string) => never): void {
  const { secrets, configMaps } = podNames(pod);
  const { spec } = pod;
  if ((spec.serviceAccountName ?? '') !== '') refuse('a service account');
  if (secrets.size > 0) refuse('secrets');
  if (configMaps.size > 0) refuse('configmaps');
  for (const volume of spec.volumes ?? []) {
    if (volume.projected?.sources?.some((source) => source.clusterTrustBundle !== undefined))
      refuse('clustertrustbundles');
  }
  for (const volume of spec.volumes ?? []) {
    if (volume.persistentVolumeClaim !== undefined || volume.ephemeral !== undefined) refuse('persistentvolumeclaims');
  }
  if ((spec.resourceClaims?.length ?? 0) > 0) refuse('resourceclaims');
}

function admitPodStatus({ operation, node, refuse, ...request }: NodeRequest): void {
  if (operation !== 'UPDATE') refuse(`unexpected operation "${operation}"`);
  const old = request.old as Pod;
  const pod = request.object as Pod;
  if (old.spec.nodeName !== node)
    refuse(`node ${quote(node)} can only update pod status for pods with spec.nodeName set to itself`);
  if (!deepEqual(old.metadata.labels ?? {}, pod.metadata.labels ?? {}))
    refuse(`node ${quote(node)} cannot update labels through pod status`);
  if (!deepEqual(old.status?.resourceClaimStatuses ?? [], pod.status?.resourceClaimStatuses ?? []))
    refuse(`node ${quote(node)} cannot update resource claim statues`);
}

function admitNode({ operation, node, refuse, ...request }: NodeRequest): void {
  const object = request.object as Node | undefined;
  const old = request.old as Node | undefined;
  const name = object?.metadata.name ?? request.name;
  if (name !== node) refuse(`node ${quote(node)} is not allowed to modify node ${quote(name)}`);
  if (object === undefined) return;
  const labels = forbiddenLabels(object.metadata.labels, old?.metadata.labels).join(', ');
  const source = object.spec?.configSource;
  if (operation === 'CREATE') {
    if (source !== undefined) refuse(`node ${quote(node)} is not allowed to create pods with a non-nil configSource`);
    if (labels !== '') refuse(`node ${quote(node)} is not allowed to set the following labels: ${labels}`);
    return;
  }
  if (source !== undefined && !deepEqual(source, old?.spec?.configSource))
    refuse(`node ${quote(node)} is not allowed to update configSource to a new non-nil configSource`);
  if (!deepEqual(object.spec?.taints ?? [], old?.spec?.taints ?? []))
    refuse(`node ${quote(node)} is not allowed to modify taints`);
  // CVE-2025-5187: by an owner that does not exist a node could have itself deleted, and come back without its taints.
  if (!deepEqual(object.metadata.ownerReferences ?? [], old?.metadata.ownerReferences ?? []))
    refuse(`node ${quote(node)} is not allowed to modify ownerReferences`);
  if (labels !== '') refuse(`is not allowed to modify labels: ${labels}`);
}

function admitClaim({ operation, subresource, node, refuse, ...request }: NodeRequest): void {
  if (subresource !== 'status') refuse('may only update PVC status');
  if (operation !== 'UPDATE') refuse(`unexpected operation "${operation}"`);
  if (deepEqual(rest(request.object), rest(request.old))) return;
  refuse(`node ${quote(node)} is not allowed to update fields other than status.quantity and status.conditions`);
}

/** A claim without what a kubelet may say of it. */
function rest(object: KubeObject | undefined) {
  const { metadata, status } = object as PersistentVolumeClaim;
  const without = { resourceVersion: undefined, managedFields: undefined };
  const unsaid = {
    capacity: undefined,
    conditions: undefined,
    allocatedResources: undefined,
    allocatedResourceStatuses: undefined,
  };
  return { ...object, metadata: { ...metadata, ...without }, status: { ...status, ...unsaid } };
}

function admitLease({ operation, namespace, node, name, object, refuse }: NodeRequest): void {
  if (namespace !== LEASES) refuse(`can only access leases in the ${quote(LEASES)} system namespace`);
  const own = operation === 'CREATE' ? object?.metadata.name : name;
  if (own !== node) refuse('can only access node lease with the same name as the requesting node');
}

function admitCsiNode({ operation, node, name, object, refuse }: NodeRequest): void {
  const own = operation === 'CREATE' ? object?.metadata.name : name;
  if (own !== node) refuse('can only access CSINode with the same name as the requesting node');
}

function admitToken({ operation, subresource, namespace, node, registry, refuse, ...request }: NodeRequest): void {
  if (operation !== 'CREATE' || subresource !== 'token') return;
  const { boundObjectRef: bound, audiences = [] } = (request.object as unknown as TokenRequest).spec;
  if (bound === undefined || bound.apiVersion !== 'v1' || bound.kind !== 'Pod' || (bound.name ?? '') === '') {
    return refuse('node requested token not bound to a pod');
  }
  if ((bound.uid ?? '') === '') refuse('node requested token with a pod binding without a uid');
  const pod = lookUp(registry, '/v1/pods', `${namespace}/${bound.name}`) as Pod | undefined;
  if (pod === undefined) throw notFound({ group: '', resource: 'pods' }, bound.name ?? '');
  if (bound.uid !== pod.metadata.uid)
    refuse(
      `the UID in the bound object reference (${bound.uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  if (pod.spec.nodeName !== node) refuse('node requested token bound to a pod scheduled on a different node');
  if (audiences.length > 1) refuse('node may only request 0 or 1 audiences');
  const audience = audiences[0] ?? '';
  if (!wantsAudience(pod, audience, registry)) refuse(`audience ${quote(audience)} not found in pod spec volume`);
}

/** Whether a volume of the pod, or the CSI driver behind one, asks for tokens of this audience. */
function wantsAudience(pod: Pod, audience: string, registry: Registry): boolean {
  return (pod.spec.volumes ?? []).some((volume) => {
    const projected = volume.projected?.sources?.some(
      ({ serviceAccountToken: token }) => token !== undefined && (token.audience ?? '') === audience,
    );
    if (projected) return true;
    const claim = volume.ephemeral
      ? `${pod.metadata.name}-${volume.name}`
      : (volume.persistentVolumeClaim?.claimName ?? '');
    const driver = volume.csi?.driver ?? driverOf(`${pod.metadata.namespace ?? ''}/${claim}`, registry);
    if (driver === undefined) return false;
    const known = lookUp(registry, 'storage.k8s.io/v1/csidrivers', driver) as CSIDriver | undefined;
    return known?.spec.tokenRequests?.some((wanted) => wanted.audience === audience) ?? false;
  });
}

function driverOf(claim: string, registry: Registry): string | undefined {
  const bound = (lookUp(registry, '/v1/persistentvolumeclaims', claim) as PersistentVolumeClaim | undefined)?.spec;
  const volume = lookUp(registry, '/v1/persistentvolumes', bound?.volumeName ?? '') as PersistentVolume | undefined;
  return volume?.spec?.csi?.driver;
}

function admitSlice({ operation, object, node, refuse }: NodeRequest): void {
  if (operation !== 'CREATE') return;
  if ((object as ResourceSlice).spec.nodeName !== node)
    refuse('can only create ResourceSlice with the same NodeName as the requesting node');
}

function admitSigningRequest({ operation, subresource, node, refuse, ...request }: NodeRequest): void {
  if (operation !== 'CREATE' || subresource !== '') return;
  const { spec } = request.object as CertificateSigningRequest;
  if (!kubeletSigners.has(spec.signerName)) return;
  let commonName = '';
  try {
    commonName = requestedCommonName(spec.request);
  } catch (error) {
    refuse(`unable to parse csr: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (commonName !== `system:node:${node}`) refuse(`can only create a node CSR with CN=system:node:${node}`);
}

function quote(text: string): string {
  return JSON.stringify(text);
}
