export { defaultGrpcLimits, type GrpcLimits } from './limits.ts';
export { type Call, type Route, type Stream, streaming, unary } from './route.ts';
export { GrpcServer, type GrpcTls, type PlainAnswer } from './server.ts';
export { Code, RpcError } from './status.ts';
