export interface GrpcLimits {
  /** Of one request message. */
  maxMessageBytes: number;
  /** Open connections; further ones are closed at once. */
  maxConnections: number;
  /** Connections whose TLS handshake, or whose first bytes, are still awaited; the oldest of them goes when there are more. */
  maxHandshakes: number;
  handshakeTimeoutMs: number;
  maxStreamsPerConnection: number;
  /** Calls under way on all connections, of which streams count too; further ones get "too many requests". */
  maxCalls: number;
}

export const defaultGrpcLimits: GrpcLimits = {
  // etcd's 1.5 MiB of a request and 512 KiB for what is around it.
  maxMessageBytes: 2 * 1024 * 1024,
  maxConnections: 4096,
  maxHandshakes: 256,
  handshakeTimeoutMs: 10_000,
  maxStreamsPerConnection: 4096,
  maxCalls: 32_768,
};
