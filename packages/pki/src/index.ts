export { type IssueOptions, type KeyPair, createCa, issue } from './certificate.ts';
export { type ClusterPkiOptions, ensureClusterPki, ensureLeaf } from './cluster-pki.ts';
