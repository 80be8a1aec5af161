import { authenticationFlags } from './auth/flags.ts';
import { booleanFlag, durationFlag, integerFlag, listFlag, stringFlag } from '@wherry/daemon';
import { defaults } from './options.ts';
import { storeFlags } from './store/flags.ts';

/** Upstream's names where upstream has the flag. */
export const apiserverFlags = {
  bindAddress: stringFlag('the address to serve on', defaults.bindAddress),
  securePort: integerFlag('the port to serve HTTPS on; 0 takes a free one', defaults.securePort, { max: 65_535 }),
  advertiseAddress: stringFlag('the address by which others reach this server; found by itself when not given'),
  tlsCertFile: stringFlag('the serving certificate, PEM', ''),
  tlsPrivateKeyFile: stringFlag('the key of the serving certificate, PEM', ''),
  clientCaFile: stringFlag('the authority whose client certificates are believed, PEM', ''),
  ...authenticationFlags,
  authorizationMode: listFlag('who decides what is allowed, in this order', defaults.authorizationMode),
  enableAdmissionPlugins: listFlag(
    'admission plugins to run besides those that do by default',
    defaults.enableAdmissionPlugins,
  ),
  disableAdmissionPlugins: listFlag('admission plugins that are not to run', defaults.disableAdmissionPlugins),
  kubeletClientCertificate: stringFlag('the certificate to show to kubelets, PEM'),
  kubeletClientKey: stringFlag('the key of that certificate, PEM'),
  kubeletCertificateAuthority: stringFlag('the authority of the kubelets’ serving certificates, PEM'),
  serviceClusterIpRange: stringFlag('the range of cluster IPs', defaults.serviceClusterIpRange, {
    flag: 'service-cluster-ip-range',
  }),
  serviceNodePortRange: stringFlag('the range of node ports', defaults.serviceNodePortRange),
  ...storeFlags,
  encryptionProviderConfig: stringFlag(
    'how values of chosen resources are encrypted at rest: an EncryptionConfiguration',
  ),
  encryptionProviderConfigAutomaticReload: booleanFlag('read that file again when it changes', false),
  maxRequestsInflight: integerFlag('reading requests at a time; 0 is no limit', defaults.maxRequestsInFlight),
  enablePriorityAndFairness: booleanFlag('let FlowSchemas and PriorityLevelConfigurations say who goes first', true),
  maxMutatingRequestsInflight: integerFlag(
    'writing requests at a time; 0 is no limit',
    defaults.maxMutatingRequestsInFlight,
  ),
  requestTimeout: durationFlag('how long a request may take that is no watch', 60_000),
  eventTtl: durationFlag('how long Events are kept', defaults.eventTtlSeconds * 1_000),
  etcdCompactionInterval: durationFlag(
    'how long the history of changes is kept; 0 is for ever',
    defaults.compactionIntervalMs,
  ),
};
