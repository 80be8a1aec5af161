import type { EtcdClient } from './client.ts';

/** An etcd under test, which cases share: each works under a prefix of its own. */
export interface Endpoint {
  client: EtcdClient;
  prefix: string;
}

export interface EndpointCase {
  /** A sentence about what is answered. */
  name: string;
  /** Rejects when the endpoint answers otherwise. */
  run(endpoint: Endpoint): Promise<void>;
}
