import {
  ObjectMeta,
  boolean,
  int32,
  int64,
  list,
  map,
  object,
  optional,
  quantity,
  required,
  stored,
  string,
  type Static,
} from '@wherry/apimachinery';
import { Container, EphemeralContainer, ResourceRequirements } from './container.ts';
import { Affinity, PodSchedulingGate, PodSchedulingGroup, Toleration, TopologySpreadConstraint } from './placement.ts';
import { PodStatus } from './pod-status.ts';
import { LocalObjectReference } from './references.ts';
import { PodSecurityContext } from './security-context.ts';
import { Volume } from './volume.ts';

export const PodDNSConfigOption = object('io.k8s.api.core.v1.PodDNSConfigOption', {
  name: optional(string),
  value: optional(string),
});
export type PodDNSConfigOption = Static<typeof PodDNSConfigOption>;

export const PodDNSConfig = object('io.k8s.api.core.v1.PodDNSConfig', {
  nameservers: optional(list(string, { listType: 'atomic' })),
  options: optional(list(PodDNSConfigOption, { listType: 'atomic' })),
  searches: optional(list(string, { listType: 'atomic' })),
});
export type PodDNSConfig = Static<typeof PodDNSConfig>;

export const HostAlias = object('io.k8s.api.core.v1.HostAlias', {
  hostnames: optional(list(string, { listType: 'atomic' })),
  ip: required(string),
});
export type HostAlias = Static<typeof HostAlias>;

export const PodOS = object('io.k8s.api.core.v1.PodOS', {
  name: required(string),
});
export type PodOS = Static<typeof PodOS>;

export const PodReadinessGate = object('io.k8s.api.core.v1.PodReadinessGate', {
  conditionType: required(string),
});
export type PodReadinessGate = Static<typeof PodReadinessGate>;

export const PodResourceClaim = object('io.k8s.api.core.v1.PodResourceClaim', {
  name: required(string),
  resourceClaimName: optional(string),
  resourceClaimTemplateName: optional(string),
});
export type PodResourceClaim = Static<typeof PodResourceClaim>;

export const PodSpec = object(
  'io.k8s.api.core.v1.PodSpec',
  {
    activeDeadlineSeconds: optional(int64, 'How long the pod may be active before it is ended as failed.'),
    affinity: optional(Affinity, 'Which nodes, and nodes of which pods, it wants or shuns.'),
    automountServiceAccountToken: optional(boolean, "Whether its service account's token is mounted."),
    containers: required(
      list(Container, { listType: 'map', mapKeys: ['name'], patchStrategy: 'merge', patchMergeKey: 'name' }),
      'The containers; at least one. The list cannot grow or shrink later.',
    ),
    dnsConfig: optional(PodDNSConfig, 'DNS settings that are merged with what dnsPolicy gives.'),
    dnsPolicy: optional(string, 'ClusterFirst (the default), ClusterFirstWithHostNet, Default or None.'),
    enableServiceLinks: optional(
      boolean,
      'Whether Services of the namespace are put into the environment; true by default.',
    ),
    ephemeralContainers: optional(
      list(EphemeralContainer, { listType: 'map', mapKeys: ['name'], patchStrategy: 'merge', patchMergeKey: 'name' }),
      'Containers added to a running pod to look into it.',
    ),
    hostAliases: optional(
      list(HostAlias, { listType: 'map', mapKeys: ['ip'], patchStrategy: 'merge', patchMergeKey: 'ip' }),
      "Lines added to the pod's /etc/hosts.",
    ),
    hostIPC: optional(boolean, "Use the node's IPC namespace."),
    hostNetwork: optional(boolean, "Use the node's network."),
    hostPID: optional(boolean, "Use the node's process namespace."),
    hostUsers: optional(boolean, "Use the node's user namespace; true by default."),
    hostname: optional(string, "The pod's hostname; its name by default."),
    hostnameOverride: optional(string, 'The hostname inside the pod, whatever else says.'),
    imagePullSecrets: optional(
      list(LocalObjectReference, { listType: 'map', mapKeys: ['name'], patchStrategy: 'merge', patchMergeKey: 'name' }),
      'Secrets of this namespace with which images are pulled.',
    ),
    initContainers: optional(
      list(Container, { listType: 'map', mapKeys: ['name'], patchStrategy: 'merge', patchMergeKey: 'name' }),
      'Containers that run to their end, one after another, before the others start; with restartPolicy Always they keep running beside them.',
    ),
    nodeName: optional(string, 'The node it runs on; set by the scheduler.'),
    nodeSelector: optional(map(string, { mapType: 'atomic' }), 'Labels that the node must have.'),
    os: optional(PodOS, 'The operating system of its containers.'),
    overhead: optional(map(quantity), 'What the sandbox itself needs, on top of the containers.'),
    preemptionPolicy: optional(string, 'Whether it may push out pods of lower priority.'),
    priority: optional(int32, 'Its priority as a number.'),
    priorityClassName: optional(string, 'The name of its priority.'),
    readinessGates: optional(
      list(PodReadinessGate, { listType: 'atomic' }),
      'Conditions that must be true, too, for the pod to be ready.',
    ),
    resourceClaims: optional(
      list(PodResourceClaim, {
        listType: 'map',
        mapKeys: ['name'],
        patchStrategy: 'merge,retainKeys',
        patchMergeKey: 'name',
      }),
      'Claims to devices that its containers use.',
    ),
    resources: optional(ResourceRequirements, 'What the pod as a whole may use.'),
    restartPolicy: optional(string, 'Always (the default), OnFailure or Never: when ended containers start again.'),
    runtimeClassName: optional(string, 'Which runtime runs it.'),
    schedulerName: optional(string, 'Who finds its node; default-scheduler unless set.'),
    schedulingGates: optional(
      list(PodSchedulingGate, { listType: 'map', mapKeys: ['name'], patchStrategy: 'merge', patchMergeKey: 'name' }),
      'As long as one is there, the pod is not scheduled.',
    ),
    schedulingGroup: optional(PodSchedulingGroup, 'The group with which it is scheduled.'),
    securityContext: optional(PodSecurityContext, 'User, groups and the like, for all its containers.'),
    serviceAccount: optional(string, 'The older name of serviceAccountName.'),
    serviceAccountName: optional(string, 'The service account it runs as.'),
    setHostnameAsFQDN: optional(boolean, "Whether the kernel's hostname is the full domain name."),
    shareProcessNamespace: optional(boolean, "Whether its containers see each other's processes."),
    subdomain: optional(string, "The subdomain of its name in the cluster's DNS."),
    terminationGracePeriodSeconds: optional(int64, 'How long it may take to end after the signal; 30 by default.'),
    tolerations: optional(list(Toleration, { listType: 'atomic' }), 'Taints of nodes that it tolerates.'),
    topologySpreadConstraints: optional(
      list(TopologySpreadConstraint, {
        listType: 'map',
        mapKeys: ['topologyKey', 'whenUnsatisfiable'],
        patchStrategy: 'merge',
        patchMergeKey: 'topologyKey',
      }),
      'How its like are spread over zones, nodes and so on.',
    ),
    volumes: optional(
      list(Volume, { listType: 'map', mapKeys: ['name'], patchStrategy: 'merge,retainKeys', patchMergeKey: 'name' }),
      'What its containers can mount.',
    ),
  },
  { doc: 'What a pod should run, and where and how.' },
);
export type PodSpec = Static<typeof PodSpec>;

export const Pod = object(
  'io.k8s.api.core.v1.Pod',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    spec: stored(PodSpec, 'What should run.'),
    status: optional(PodStatus, 'What was last observed; written by the kubelet.'),
  },
  { doc: 'A group of containers that run together on one node and share its network and volumes.' },
);
export type Pod = Static<typeof Pod>;

export const PodTemplateSpec = object(
  'io.k8s.api.core.v1.PodTemplateSpec',
  {
    metadata: optional(ObjectMeta, 'Labels and annotations of the pods.'),
    spec: stored(PodSpec, 'What the pods should run.'),
  },
  { doc: 'The pod that a workload makes: its metadata and its spec.' },
);
export type PodTemplateSpec = Static<typeof PodTemplateSpec>;
