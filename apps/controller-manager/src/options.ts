import { booleanFlag, durationFlag, integerFlag, listFlag, stringFlag, type FlagValues } from '@wherry/daemon';

/** Upstream's flags and defaults. */
export const flags = {
  kubeconfig: stringFlag('kubeconfig with the address of the apiserver and the identity to use there'),
  bindAddress: stringFlag('address on which /healthz, /livez, /readyz and /metrics are served', '0.0.0.0'),
  securePort: integerFlag('port on which they are served with HTTPS; 0 does not serve them', 10257, { max: 65535 }),
  tlsCertFile: stringFlag('PEM certificate for HTTPS; a self-signed one unless told'),
  tlsPrivateKeyFile: stringFlag('PEM key of --tls-cert-file'),
  clientCaFile: stringFlag('CA whose certificates may read more than the health probes'),
  controllers: listFlag("controllers to run: '*' for all, 'foo' for one, '-foo' for all but one", ['*']),
  leaderElect: booleanFlag('of several controller managers let one work at a time', true),
  leaderElectLeaseDuration: durationFlag('how long a leader that is not heard of is waited for', 15_000),
  leaderElectRenewDeadline: durationFlag('how long the leader tries to renew before it gives up', 10_000),
  leaderElectRetryPeriod: durationFlag('pause between tries to lead or to renew', 2_000),
  leaderElectResourceName: stringFlag('name of the Lease', 'kube-controller-manager'),
  leaderElectResourceNamespace: stringFlag('namespace of the Lease', 'kube-system'),
  allocateNodeCidrs: booleanFlag('give each node a range of --cluster-cidr for its pods', true),
  clusterCidr: listFlag('ranges of the pods, at most one of each address family'),
  nodeCidrMaskSize: integerFlag('size of a node’s range of IPv4', 24, { min: 1, max: 32 }),
  nodeCidrMaskSizeIpv6: integerFlag('size of a node’s range of IPv6', 64, {
    min: 1,
    max: 128,
    flag: 'node-cidr-mask-size-ipv6',
  }),
  nodeMonitorPeriod: durationFlag('how often nodes are looked at', 5_000),
  nodeMonitorGracePeriod: durationFlag('how long a node may be silent before it counts as unknown', 50_000),
  nodeStartupGracePeriod: durationFlag('the same for a node that has just come', 60_000),
  // biome-ignore format: numbers with fractions come as text
  nodeEvictionRate: stringFlag('nodes per second whose pods may be evicted in a healthy zone', '0.1'),
  secondaryNodeEvictionRate: stringFlag('the same in an unhealthy zone that is large', '0.01'),
  unhealthyZoneThreshold: stringFlag('fraction of nodes not ready that makes a zone unhealthy', '0.55'),
  largeClusterSizeThreshold: integerFlag('number of nodes that makes a zone large', 50),
  terminatedPodGcThreshold: integerFlag('terminated pods that may stay; 0 keeps all', 12_500),
  rootCaFile: stringFlag('CA certificate that is published to every namespace'),
  maxEndpointsPerSlice: integerFlag('endpoints of one EndpointSlice', 100, { min: 1, max: 1000 }),
  concurrentDeploymentSyncs: integerFlag('Deployments worked on at a time', 5, { min: 1 }),
  concurrentReplicasetSyncs: integerFlag('ReplicaSets worked on at a time', 5, { min: 1 }),
  concurrentEndpointSyncs: integerFlag('Endpoints worked on at a time', 5, { min: 1 }),
  concurrentServiceEndpointSyncs: integerFlag('EndpointSlices worked on at a time', 5, { min: 1 }),
  concurrentNamespaceSyncs: integerFlag('namespaces worked on at a time', 10, { min: 1 }),
  concurrentGcSyncs: integerFlag('objects that the garbage collector works on at a time', 20, { min: 1 }),
  concurrentResourceQuotaSyncs: integerFlag('ResourceQuotas worked on at a time', 5, { min: 1 }),
  concurrentServiceaccountTokenSyncs: integerFlag('service accounts worked on at a time', 5, { min: 1 }),
} as const;

export type Options = FlagValues<typeof flags>;
