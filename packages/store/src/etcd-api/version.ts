/**
 * The etcd whose API this is. Clients decide by it what to ask for: an upstream kube-apiserver asks for progress on a
 * watch only from 3.5.13 on.
 */
export const etcdVersion = '3.5.21';
export const clusterVersion = '3.5.0';
