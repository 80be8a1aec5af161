import { integerFlag, listFlag, mapFlag, stringFlag } from '@wherry/daemon';

/**
 * Of the store inside this process. Those that begin with --etcd are etcd's own flags, with that before their names:
 * with --etcd-initial-cluster this apiserver is one member of several.
 */
export const storeFlags = {
  dataDir: stringFlag('where the store keeps its data', '/var/lib/wherry/apiserver'),
  etcdName: stringFlag('the name of this member', 'default'),
  etcdInitialCluster: mapFlag(
    'the members that a new cluster begins with, or those of the cluster that is joined: name=peer URL,...; one alone unless told',
  ),
  etcdInitialClusterState: stringFlag('whether the members begin a cluster, or this one joins theirs', 'new', {
    choices: ['new', 'existing'],
  }),
  etcdInitialClusterToken: stringFlag('tells clusters apart that begin with the same members', 'etcd-cluster'),
  etcdListenPeerUrls: stringFlag('where the other members are listened to'),
  etcdInitialAdvertisePeerUrls: stringFlag('where they reach this member; as in --etcd-initial-cluster unless told'),
  etcdListenClientUrls: stringFlag('where the etcd v3 API is served; nowhere unless told'),
  etcdAdvertiseClientUrls: stringFlag('where clients of that reach this member; as listened to unless told'),
  etcdPeerCertFile: stringFlag('the certificate shown to other members, as a server and as a client, PEM'),
  etcdPeerKeyFile: stringFlag('the key of that certificate, PEM'),
  etcdPeerTrustedCaFile: stringFlag('the authority of the other members’ certificates, PEM'),
  etcdServerCertFile: stringFlag('the serving certificate of the etcd v3 API, PEM'),
  etcdServerKeyFile: stringFlag('the key of that certificate, PEM'),
  etcdServerTrustedCaFile: stringFlag('the authority of its clients’ certificates, PEM'),
  etcdQuotaBackendBytes: integerFlag('bytes on disk above which nothing more is taken; 0 is the default, 8 GiB', 0),
  etcdServers: listFlag('addresses of an etcd that is used instead: nothing of the above holds then'),
  etcdCafile: stringFlag('the authority of its certificates, PEM'),
  etcdCertfile: stringFlag('the certificate to show to it, PEM'),
  etcdKeyfile: stringFlag('the key of that certificate, PEM'),
  etcdPrefix: stringFlag('stands before every key there', ''),
};
