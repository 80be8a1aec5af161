import { booleanFlag, durationFlag, integerFlag, listFlag, mapFlag, stringFlag } from '@wherry/daemon';
import { ownPauseImage } from './docker/pause-image.ts';

/** The kubelet's flags, under upstream's names; the keys are those of its configuration file. */
export const flags = {
  kubeconfig: stringFlag(
    'Path to the kubeconfig file with which to reach the apiserver',
    '/etc/wherry/kubelet.kubeconfig',
  ),
  hostnameOverride: stringFlag("The node's name; by default the host's name", ''),
  nodeIp: stringFlag("The node's address; by default that of the interface with the default route", ''),
  rootDir: stringFlag("Where pods' files and the network's state are kept", '/var/lib/wherry/kubelet'),
  home: stringFlag('Label value by which containers of this installation are told from others; by default rootDir', ''),
  certDir: stringFlag('Where a self-signed serving certificate is kept when none is given', ''),
  tlsCertFile: stringFlag('Serving certificate (PEM)', ''),
  tlsPrivateKeyFile: stringFlag('Key of the serving certificate (PEM)', ''),
  clientCaFile: stringFlag('CA (PEM) that signed the client certificates which may use the API', ''),
  address: stringFlag('Address to serve the API on', '0.0.0.0'),
  port: integerFlag('Port of the API', 10_250, { max: 65_535 }),
  healthzPort: integerFlag('Port of the plain health endpoint; 0 disables it', 10_248, { max: 65_535 }),
  healthzBindAddress: stringFlag('Address of the plain health endpoint', '127.0.0.1'),
  clusterDns: listFlag("Addresses of the cluster's DNS server, for pods with dnsPolicy ClusterFirst", [], {
    flag: 'cluster-dns',
  }),
  clusterDomain: stringFlag("The cluster's DNS domain", 'cluster.local'),
  clusterCidr: stringFlag("The range of all pods: what leaves it goes under the node's address", '10.244.0.0/16'),
  podCidr: stringFlag("This node's pod range; by default the node's spec.podCIDR is awaited", ''),
  networkMtu: integerFlag("MTU of the pods' interfaces", 1500, { min: 576, max: 65_535 }),
  resolvConf: stringFlag("The resolver configuration that pods' own is made from", '/etc/resolv.conf'),
  containerRuntimeEndpoint: stringFlag("Docker's socket", 'unix:///var/run/docker.sock'),
  runtimeRequestTimeout: durationFlag(
    'How long a call to Docker may go unanswered, but for streams, pulls and stops',
    120_000,
    {
      min: 1_000,
    },
  ),
  podInfraContainerImage: stringFlag('Image of the sandbox; the default is built by the kubelet itself', ownPauseImage),
  maxPods: integerFlag('How many pods may run on this node', 110, { min: 1, max: 10_000 }),
  nodeLabels: mapFlag('Labels to register the node with'),
  registerNode: booleanFlag('Register the node with the apiserver', true),
  registerWithTaints: listFlag('Taints (key=value:effect) to register the node with'),
  nodeStatusUpdateFrequency: durationFlag("How often the node's status is computed", 10_000, { min: 1_000 }),
  nodeStatusReportFrequency: durationFlag('How often it is written when nothing changes', 300_000, { min: 1_000 }),
  nodeLeaseDurationSeconds: integerFlag('How long a heartbeat is good for', 40, { min: 4 }),
  relistPeriod: durationFlag('How often all containers are listed in case an event was missed', 30_000, { min: 1_000 }),
};
