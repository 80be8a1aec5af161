import type { ApiserverOptions } from '@wherry/apiserver';
import type { Options as ControllerFlags } from '@wherry/controller-manager';
import type { Logger } from '@wherry/daemon';
import type { BehaviourOf } from '../nodes/behaviour.ts';
import type { NodeShape } from '../nodes/node-object.ts';

export interface ClusterOptions {
  /** In memory unless told; or in a folder, together with the keys, to be found there by the next cluster. */
  readonly store?: 'memory' | { readonly path: string } | undefined;
  /** Simulated nodes, and their number or what they are like; 1 unless told, 0 for none. */
  readonly nodes?: number | NodeOptions | undefined;
  /** All controllers unless told; false runs none, and switches those admission plugins off that rely on them. */
  readonly controllers?: boolean | ControllerOptions | undefined;
  /** Whether pods are bound to nodes; true unless told. */
  readonly scheduler?: boolean | undefined;
  /** HTTPS port on 127.0.0.1; a free one unless told. */
  readonly port?: number | undefined;
  /** Settings of the apiserver that others do not speak of: authorizationMode, enableAdmissionPlugins, ... */
  readonly apiserver?: Partial<ApiserverOptions> | undefined;
  /** Silent unless told. */
  readonly log?: Logger | undefined;
}

export interface NodeOptions extends NodeShape {
  /** 1 unless told. */
  readonly count?: number | undefined;
  /** Nodes are called by it and a number, `node-0` on, unless told. */
  readonly namePrefix?: string | undefined;
  /** How the pods on them fare; see PodBehaviour. */
  readonly pods?: BehaviourOf | undefined;
  /** After how much silence a node counts as lost; 40 s unless told. */
  readonly lostAfterMs?: number | undefined;
  /** Between starts of a container that ends and between failed pulls: 10 s, doubled up to 5 min, unless told. */
  readonly restartBackOffMs?: number | undefined;
}

/** `names` as --controllers of the daemon; the rest are its flags. Times in milliseconds. */
export interface ControllerOptions extends Partial<Omit<ControllerFlags, 'controllers'>> {
  readonly names?: readonly string[] | undefined;
}
