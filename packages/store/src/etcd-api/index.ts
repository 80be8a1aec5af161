export type { GrpcTls } from './grpc/index.ts';
export { defaultEtcdApiLimits, type EtcdApiLimits } from './limits.ts';
export { type EtcdApi, type EtcdApiOptions, startEtcdApi } from './start.ts';
