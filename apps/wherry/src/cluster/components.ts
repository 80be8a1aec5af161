import { join } from 'node:path';
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
}

export const DEFAULT_POD_CIDR = '10.244.0.0/16';
export const DEFAULT_SERVICE_CIDR = '10.96.0.0/16';
/** The first address of the service range: the Service default/kubernetes. */
export const API_SERVICE_IP = '10.96.0.1';
export const API_SERVER_URL = 'https://127.0.0.1:6443';

/** A daemon: which app it is, its flags, and where it says that it is well. */
export interface Component {
  name: string;
  args: string[];
  health: { url: string; path: string };
}

/** The five daemons in the order in which they are started (and, backwards, stopped). */
export function components(places: Places, settings: ClusterSettings): Component[] {
  const pki = (name: string): string => join(places.pki, name);
  const kubeconfig = (name: string): string => join(places.config, `${name}.kubeconfig`);
  /** For a daemon's own HTTPS port: its certificate, and who may read its metrics. */
  const serving = (name: string): string[] => [
    `--tls-cert-file=${pki(`${name}.crt`)}`,
    `--tls-private-key-file=${pki(`${name}.key`)}`,
    `--client-ca-file=${pki('ca.crt')}`,
  ];
  return [
    {
      name: 'apiserver',
      args: [
        `--data-dir=${join(places.state, 'apiserver')}`,
        `--advertise-address=${settings.nodeIp}`,
        ...serving('apiserver'),
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
      health: { url: API_SERVER_URL, path: '/readyz' },
    },
    {
      name: 'controller-manager',
      args: [
        `--kubeconfig=${kubeconfig('controller-manager')}`,
        `--root-ca-file=${pki('ca.crt')}`,
        `--service-account-private-key-file=${pki('sa.key')}`,
        `--cluster-signing-cert-file=${pki('ca.crt')}`,
        `--cluster-signing-key-file=${pki('ca.key')}`,
        `--cluster-cidr=${settings.podCidr}`,
        '--leader-elect=true',
        ...serving('controller-manager'),
      ],
      health: { url: 'https://127.0.0.1:10257', path: '/healthz' },
    },
    {
      name: 'scheduler',
      args: [`--kubeconfig=${kubeconfig('scheduler')}`, '--leader-elect=true', ...serving('scheduler')],
      health: { url: 'https://127.0.0.1:10259', path: '/healthz' },
    },
    {
      name: 'kubelet',
      args: [
        `--kubeconfig=${kubeconfig('kubelet')}`,
        `--hostname-override=${settings.nodeName}`,
        `--node-ip=${settings.nodeIp}`,
        `--root-dir=${join(places.state, 'kubelet')}`,
        ...serving('kubelet'),
        `--cluster-cidr=${settings.podCidr}`,
        `--container-runtime-endpoint=${settings.dockerEndpoint}`,
      ],
      health: { url: 'http://127.0.0.1:10248', path: '/healthz' },
    },
    {
      name: 'kube-proxy',
      args: [
        `--kubeconfig=${kubeconfig('kube-proxy')}`,
        `--hostname-override=${settings.nodeName}`,
        `--cluster-cidr=${settings.podCidr}`,
      ],
      health: { url: 'http://127.0.0.1:10256', path: '/healthz' },
    },
  ];
}
