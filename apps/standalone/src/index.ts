export type { ClusterOptions, ControllerOptions, NodeOptions } from './cluster/options.ts';
export { startCluster, type Cluster } from './cluster/start-cluster.ts';
export { waitFor, type WaitOptions } from './cluster/wait-for.ts';
export {
  behaviourAnnotation,
  type BehaviourOf,
  type ContainerBehaviour,
  type PodBehaviour,
} from './nodes/behaviour.ts';
export type { NodeShape } from './nodes/node-object.ts';
export type { SimulatedNodes } from './nodes/simulated-nodes.ts';
