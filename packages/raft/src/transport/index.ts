export { askMembers } from './calls.ts';
export { GrpcTransport, type GrpcTransportOptions } from './grpc-transport.ts';
export type { PeerTls } from './peer-tls.ts';
