import { booleanFlag, durationFlag, integerFlag, stringFlag } from '@wherry/daemon';

/** Upstream's flags. */
export const flags = {
  kubeconfig: stringFlag('path to a kubeconfig with authorization and the location of the apiserver'),
  master: stringFlag('address of the apiserver, instead of the one in the kubeconfig'),
  bindAddress: stringFlag('IP address on which to listen for --secure-port', '0.0.0.0'),
  securePort: integerFlag('port of HTTPS health and metrics; 0 serves none', 10259, { max: 65_535 }),
  tlsCertFile: stringFlag('x509 certificate for HTTPS; without it a self-signed one is made'),
  tlsPrivateKeyFile: stringFlag('private key matching --tls-cert-file'),
  clientCaFile: stringFlag('only who has a certificate signed by this CA gets /metrics'),
  leaderElect: booleanFlag('gain leadership by a lease before scheduling', true),
  leaderElectLeaseDuration: durationFlag('how long others wait for a leader that does not renew', 15_000),
  leaderElectRenewDeadline: durationFlag('how long the leader tries to renew before it gives up', 10_000),
  leaderElectRetryPeriod: durationFlag('pause between tries to acquire or renew', 2_000),
  leaderElectResourceName: stringFlag('name of the lease', 'kube-scheduler'),
  leaderElectResourceNamespace: stringFlag('namespace of the lease', 'kube-system'),
};
