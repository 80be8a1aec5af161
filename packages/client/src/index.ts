export type { ClientConfig, Impersonation } from './client-config.ts';
export { customResource, type CustomResourceNames } from './custom-resource.ts';
export { EventCorrelator, type Correlated, type Occurrence } from './event-correlator.ts';
export { EventRecorder, type EventRecorderOptions } from './event-recorder.ts';
export { runExecPlugin, type ExecCredential, type ExecPlugin } from './exec-credential.ts';
export { Informer, type Handler, type InformerOptions } from './informer.ts';
export { stepInformer, type InformerInput, type InformerState } from './informer-state.ts';
export {
  inClusterConfig,
  kubeconfigPaths,
  loadKubeconfig,
  readKubeconfig,
  resolveKubeconfig,
  type KubeconfigOptions,
  type LoadedKubeconfig,
} from './kubeconfig.ts';
export {
  clusterEntryOf,
  mergeKubeconfigs,
  parseKubeconfig,
  readKubeconfigFile,
  type KubeconfigFile,
  type NamedCluster,
  type NamedContext,
  type NamedUser,
} from './kubeconfig-file.ts';
export { LeaderElector, type LeaderElectorOptions } from './leader-elector.ts';
export { LineSplitter } from './line-splitter.ts';
export { keyOf, objectReference, splitKey } from './object-key.ts';
export { ObjectStore, type Delta, type Indexers } from './object-store.ts';
export {
  ResourceClient,
  type CallOptions,
  type DeleteOptions,
  type GetOptions,
  type ListOptions,
  type PatchOptions,
  type SelectOptions,
  type WatchOptions,
  type WriteOptions,
} from './resource-client.ts';
export {
  RestClient,
  type ForwardedRequest,
  type Query,
  type RestClientOptions,
  type RestRequest,
  type RestResponse,
  type StreamResponse,
  type UpgradeOptions,
} from './rest-client.ts';
export { formatMicroTime, formatTime } from './timestamps.ts';
export { ConnectionError } from './transport.ts';
export type { Upgraded } from './upgrade.ts';
export { runWorkers, WorkQueue, type Reconcile } from './work-queue.ts';
