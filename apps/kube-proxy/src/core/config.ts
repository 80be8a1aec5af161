/** What the rules depend on besides Services and EndpointSlices. */
export interface ProxyConfig {
  /** Endpoints on the node of this name are local. */
  readonly nodeName: string;
  /** Addresses of pods: traffic to a cluster IP from anywhere else is masqueraded. Without it, none is. */
  readonly clusterCidr?: string | undefined;
  /** Masquerade all traffic to cluster IPs. */
  readonly masqueradeAll: boolean;
  /** One bit of the packet mark that says "masquerade". */
  readonly masqueradeMark: number;
  /** NodePorts also answer on 127.0.0.1; needs the sysctl route_localnet. */
  readonly localhostNodePorts: boolean;
  /** The addresses on which NodePorts answer; undefined means all of this node's. */
  readonly nodePortAddresses?: readonly string[] | undefined;
}
