export { type IssueOptions, type KeyPair, createCa, issue } from './certificate.ts';
export { type ClusterPkiOptions, ensureClusterPki, ensureLeaf } from './cluster-pki.ts';
export { type EtcdPkiOptions, ensureEtcdPki } from './etcd-pki.ts';
