import { int32, int64, intOrString, list, object, optional, required, string, type Static } from '@wherry/apimachinery';

export const ExecAction = object('io.k8s.api.core.v1.ExecAction', {
  command: optional(list(string, { listType: 'atomic' }), 'The command; no shell is around it.'),
});
export type ExecAction = Static<typeof ExecAction>;

export const HTTPHeader = object('io.k8s.api.core.v1.HTTPHeader', {
  name: required(string, 'The name of the header.'),
  value: required(string, 'Its value.'),
});
export type HTTPHeader = Static<typeof HTTPHeader>;

export const HTTPGetAction = object('io.k8s.api.core.v1.HTTPGetAction', {
  host: optional(string, "The host; the pod's address by default."),
  httpHeaders: optional(list(HTTPHeader, { listType: 'atomic' }), 'Headers to send.'),
  path: optional(string, 'The path.'),
  port: required(intOrString, 'The number or name of the port.'),
  scheme: optional(string, 'HTTP (the default) or HTTPS.'),
});
export type HTTPGetAction = Static<typeof HTTPGetAction>;

export const SleepAction = object('io.k8s.api.core.v1.SleepAction', {
  seconds: required(int64, 'How long.'),
});
export type SleepAction = Static<typeof SleepAction>;

export const TCPSocketAction = object('io.k8s.api.core.v1.TCPSocketAction', {
  host: optional(string, "The host; the pod's address by default."),
  port: required(intOrString, 'The number or name of the port.'),
});
export type TCPSocketAction = Static<typeof TCPSocketAction>;

export const LifecycleHandler = object('io.k8s.api.core.v1.LifecycleHandler', {
  exec: optional(ExecAction, 'A command.'),
  httpGet: optional(HTTPGetAction, 'A GET.'),
  sleep: optional(SleepAction, 'A pause.'),
  tcpSocket: optional(TCPSocketAction, 'Not supported any more.'),
});
export type LifecycleHandler = Static<typeof LifecycleHandler>;

export const Lifecycle = object('io.k8s.api.core.v1.Lifecycle', {
  postStart: optional(LifecycleHandler, 'Run right after the start; the container waits for it.'),
  preStop: optional(LifecycleHandler, 'Run before the container is told to end.'),
  stopSignal: optional(string, 'The signal that ends it.'),
});
export type Lifecycle = Static<typeof Lifecycle>;

export const GRPCAction = object('io.k8s.api.core.v1.GRPCAction', {
  port: required(int32, 'The port.'),
  service: optional(string, 'The service that is asked about.'),
});
export type GRPCAction = Static<typeof GRPCAction>;

export const Probe = object(
  'io.k8s.api.core.v1.Probe',
  {
    exec: optional(ExecAction, 'A command that must exit with 0.'),
    failureThreshold: optional(int32, 'How many failures in a row count; 3 by default.'),
    grpc: optional(GRPCAction, 'A gRPC health check.'),
    httpGet: optional(HTTPGetAction, 'A GET that must be answered with 200 to 399.'),
    initialDelaySeconds: optional(int32, 'How long after the start to begin.'),
    periodSeconds: optional(int32, 'How often; 10 by default.'),
    successThreshold: optional(int32, 'How many successes in a row count; 1 by default.'),
    tcpSocket: optional(TCPSocketAction, 'A port that must accept.'),
    terminationGracePeriodSeconds: optional(int64, 'How long the container may take to end when this probe fails.'),
    timeoutSeconds: optional(int32, 'How long one probe may take; 1 by default.'),
  },
  { doc: 'How to find out how a container is.' },
);
export type Probe = Static<typeof Probe>;
