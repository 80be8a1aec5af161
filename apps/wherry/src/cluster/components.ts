import { join } from 'node:path';
import { controlPlanes, memberFolder, type ControlPlane } from './control-plane.ts';
import type { Places } from './places.ts';

/** What a single-machine cluster is made of; addresses and ranges are upstream's defaults. */
export interface ClusterSettings {
  nodeName: string;
  /** The address under which this host's kubelet and apiserver are reached. */
  nodeIp: string;
  podCidr: string;
  serviceCidr: string;
  /** unix:// address of the Docker engine. */
  dockerEndpoint: string;
  /** The resolver configuration of this host, where /etc/resolv.conf is not the one to go by. */
  resolvConf?: string | undefined;
  /** How many apiservers, each a member of the store. */
  controlPlanes: number;
}

export const DEFAULT_POD_CIDR = '10.244.0.0/16';
export const DEFAULT_SERVICE_CIDR = '10.96.0.0/16';
/** The first address of the service range: the Service default/kubernetes. */
export const API_SERVICE_IP = '10.96.0.1';
/** The Service kube-system/kube-dns, as its manifest has it. */
export const DNS_SERVICE_IP = '10.96.0.10';

/** A daemon: which app it is, its flags, and where it says that it is well. */
export interface Component {
  /** Of its process, its log and its state. */
  name: string;
  /** Which of our programs it is, where the name does not say it. */
  app?: string;
  args: string[];
  health: { url: string; path: string };
}

/** Copies of a daemon of which one works at a time. */
const MAX_COPIES = 2;
/** Where copies share a host, each serves its health so far from the one before. */
const COPY_PORTS = 100;

/** All daemons in the order in which they are started (and, backwards, stopped). */
export function components(places: Places, settings: ClusterSettings): Component[] {
  const planes = controlPlanes(settings.controlPlanes, settings.nodeName);
  const copies = Array.from({ length: Math.min(MAX_COPIES, planes.length) }, (_, index) => index);
  return [
    ...planes.map((_, index) => apiserver(places, settings, planes, index)),
    ...copies.map((index) => controllerManager(places, settings, index)),
    ...copies.map((index) => scheduler(places, index)),
    kubelet(places, settings),
    kubeProxy(places, settings),
  ];
}

/**
 * The first begins a store of its own; each of the others joins the ones before it. So the flags of a member are the
 * same for its whole life, whether it came with the cluster or later.
 */
function apiserver(places: Places, settings: ClusterSettings, planes: ControlPlane[], index: number): Component {
  const plane = planes[index] as ControlPlane;
  const pki = (name: string): string => join(places.pki, name);
  const members = planes.slice(0, index + 1).map(({ member, peerUrl }) => `${member}=${peerUrl}`);
  return {
    name: plane.name,
    app: 'apiserver',
    args: [
      `--data-dir=${memberFolder(places, plane)}`,
      `--advertise-address=${settings.nodeIp}`,
      ...(index === 0 ? [] : [`--secure-port=${plane.securePort}`]),
      ...serving(places, 'apiserver'),
      `--etcd-name=${plane.member}`,
      `--etcd-initial-cluster=${members.join(',')}`,
      `--etcd-initial-cluster-state=${index === 0 ? 'new' : 'existing'}`,
      `--etcd-listen-client-urls=${plane.clientUrl}`,
      `--etcd-peer-cert-file=${pki('etcd/peer.crt')}`,
      `--etcd-peer-key-file=${pki('etcd/peer.key')}`,
      `--etcd-peer-trusted-ca-file=${pki('etcd/ca.crt')}`,
      `--etcd-server-cert-file=${pki('etcd/server.crt')}`,
      `--etcd-server-key-file=${pki('etcd/server.key')}`,
      `--etcd-server-trusted-ca-file=${pki('etcd/ca.crt')}`,
      `--kubelet-client-certificate=${pki('apiserver-kubelet-client.crt')}`,
      `--kubelet-client-key=${pki('apiserver-kubelet-client.key')}`,
      `--kubelet-certificate-authority=${pki('ca.crt')}`,
      `--service-cluster-ip-range=${settings.serviceCidr}`,
      `--service-account-key-file=${pki('sa.pub')}`,
      `--service-account-signing-key-file=${pki('sa.key')}`,
      '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
      '--enable-bootstrap-token-auth=true',
      `--requestheader-client-ca-file=${pki('front-proxy-ca.crt')}`,
      '--requestheader-allowed-names=front-proxy-client',
      '--requestheader-username-headers=X-Remote-User',
      '--requestheader-uid-headers=X-Remote-Uid',
      '--requestheader-group-headers=X-Remote-Group',
      '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    ],
    health: { url: plane.url, path: '/readyz' },
  };
}

function controllerManager(places: Places, settings: ClusterSettings, index: number): Component {
  const pki = (name: string): string => join(places.pki, name);
  return copy('controller-manager', index, 10_257, [
    `--kubeconfig=${kubeconfig(places, 'controller-manager')}`,
    `--root-ca-file=${pki('ca.crt')}`,
    `--service-account-private-key-file=${pki('sa.key')}`,
    `--cluster-signing-cert-file=${pki('ca.crt')}`,
    `--cluster-signing-key-file=${pki('ca.key')}`,
    `--cluster-cidr=${settings.podCidr}`,
    '--leader-elect=true',
    ...serving(places, 'controller-manager'),
  ]);
}

function scheduler(places: Places, index: number): Component {
  return copy('scheduler', index, 10_259, [
    `--kubeconfig=${kubeconfig(places, 'scheduler')}`,
    '--leader-elect=true',
    ...serving(places, 'scheduler'),
  ]);
}

function copy(app: string, index: number, firstPort: number, args: string[]): Component {
  const port = firstPort + COPY_PORTS * index;
  return {
    name: index === 0 ? app : `${app}-${index + 1}`,
    app,
    args: index === 0 ? args : [...args, `--secure-port=${port}`],
    health: { url: `https://127.0.0.1:${port}`, path: '/healthz' },
  };
}

function kubelet(places: Places, settings: ClusterSettings): Component {
  return {
    name: 'kubelet',
    args: [
      `--kubeconfig=${kubeconfig(places, 'kubelet')}`,
      `--hostname-override=${settings.nodeName}`,
      `--node-ip=${settings.nodeIp}`,
      `--root-dir=${join(places.state, 'kubelet')}`,
      ...serving(places, 'kubelet'),
      `--cluster-cidr=${settings.podCidr}`,
      `--cluster-dns=${DNS_SERVICE_IP}`,
      ...(settings.resolvConf === undefined ? [] : [`--resolv-conf=${settings.resolvConf}`]),
      `--container-runtime-endpoint=${settings.dockerEndpoint}`,
    ],
    health: { url: 'http://127.0.0.1:10248', path: '/healthz' },
  };
}

function kubeProxy(places: Places, settings: ClusterSettings): Component {
  return {
    name: 'kube-proxy',
    args: [
      `--kubeconfig=${kubeconfig(places, 'kube-proxy')}`,
      `--hostname-override=${settings.nodeName}`,
      `--cluster-cidr=${settings.podCidr}`,
    ],
    health: { url: 'http://127.0.0.1:10256', path: '/healthz' },
  };
}

function kubeconfig(places: Places, name: string): string {
  return join(places.config, `${name}.kubeconfig`);
}

/** For a daemon's own HTTPS port: its certificate, and who may read its metrics. */
function serving({ pki }: Places, name: string): string[] {
  return [
    `--tls-cert-file=${join(pki, `${name}.crt`)}`,
    `--tls-private-key-file=${join(pki, `${name}.key`)}`,
    `--client-ca-file=${join(pki, 'ca.crt')}`,
  ];
}
