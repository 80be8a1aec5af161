import { int32, int64, intOrString, list, object, optional, required, string, type Static } from '@wherry/apimachinery';

export const ExecAction = object('io.k8s.api.core.v1.ExecAction', {
  command: optional(list(string, { listType: 'atomic' })),
});
export type ExecAction = Static<typeof ExecAction>;

export const HTTPHeader = object('io.k8s.api.core.v1.HTTPHeader', {
  name: required(string),
  value: required(string),
});
export type HTTPHeader = Static<typeof HTTPHeader>;

export const HTTPGetAction = object('io.k8s.api.core.v1.HTTPGetAction', {
  host: optional(string),
  httpHeaders: optional(list(HTTPHeader, { listType: 'atomic' })),
  path: optional(string),
  port: required(intOrString),
  scheme: optional(string),
});
export type HTTPGetAction = Static<typeof HTTPGetAction>;

export const SleepAction = object('io.k8s.api.core.v1.SleepAction', {
  seconds: required(int64),
});
export type SleepAction = Static<typeof SleepAction>;

export const TCPSocketAction = object('io.k8s.api.core.v1.TCPSocketAction', {
  host: optional(string),
  port: required(intOrString),
});
export type TCPSocketAction = Static<typeof TCPSocketAction>;

export const LifecycleHandler = object('io.k8s.api.core.v1.LifecycleHandler', {
  exec: optional(ExecAction),
  httpGet: optional(HTTPGetAction),
  sleep: optional(SleepAction),
  tcpSocket: optional(TCPSocketAction),
});
export type LifecycleHandler = Static<typeof LifecycleHandler>;

export const Lifecycle = object('io.k8s.api.core.v1.Lifecycle', {
  postStart: optional(LifecycleHandler),
  preStop: optional(LifecycleHandler),
  stopSignal: optional(string),
});
export type Lifecycle = Static<typeof Lifecycle>;

export const GRPCAction = object('io.k8s.api.core.v1.GRPCAction', {
  port: required(int32),
  service: optional(string),
});
export type GRPCAction = Static<typeof GRPCAction>;

export const Probe = object('io.k8s.api.core.v1.Probe', {
  exec: optional(ExecAction),
  failureThreshold: optional(int32),
  grpc: optional(GRPCAction),
  httpGet: optional(HTTPGetAction),
  initialDelaySeconds: optional(int32),
  periodSeconds: optional(int32),
  successThreshold: optional(int32),
  tcpSocket: optional(TCPSocketAction),
  terminationGracePeriodSeconds: optional(int64),
  timeoutSeconds: optional(int32),
});
export type Probe = Static<typeof Probe>;
