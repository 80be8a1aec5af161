/** One sandbox of a pod: an address belongs to a sandbox and never moves to the next one. */
export interface SandboxKey {
  readonly podUid: string;
  readonly attempt: number;
}

/** A port of the node that leads to a port of a pod. */
export interface HostPort {
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly hostPort: number;
  /** Only on this address of the node; all when undefined. */
  readonly hostIp: string | undefined;
  readonly containerPort: number;
}

/** The pods' network on this node. What is set up survives a restart of the kubelet. */
export interface PodNetwork {
  /** Sets an address aside, the same one when asked again. Throws when the range is used up. */
  reserve(sandbox: SandboxKey): Promise<string>;
  /** Gives the network namespace of a process its interface, the reserved address and routes. */
  setUp(sandbox: SandboxKey, pid: number): Promise<void>;
  /** Leads ports of the node to the sandbox until it is torn down; asked again, it changes nothing. */
  expose(sandbox: SandboxKey, ports: readonly HostPort[]): Promise<void>;
  /** Removes the interface and frees the address; nothing happens when there is none. */
  tearDown(sandbox: SandboxKey): Promise<void>;
  /** The address of a sandbox whose network stands; from memory, so that it may be asked at every turn. */
  address(podUid: string, attempt: number): string | undefined;
  /** Sandboxes that hold an address. */
  holders(): SandboxKey[];
}
