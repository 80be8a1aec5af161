import { ObjectMeta, int32, object, optional, required, stored, string, type Static } from '@wherry/apimachinery';

export const ScaleSpec = object('io.k8s.api.autoscaling.v1.ScaleSpec', {
  replicas: optional(int32, 'How many pods.'),
});
export type ScaleSpec = Static<typeof ScaleSpec>;

export const ScaleStatus = object('io.k8s.api.autoscaling.v1.ScaleStatus', {
  replicas: required(int32, 'How many pods there are.'),
  selector: optional(string, 'Which pods they are.'),
});
export type ScaleStatus = Static<typeof ScaleStatus>;

export const Scale = object(
  'io.k8s.api.autoscaling.v1.Scale',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    spec: stored(ScaleSpec, 'The wanted size.'),
    status: optional(ScaleStatus, 'The observed size.'),
  },
  { doc: 'The size of a workload.' },
);
export type Scale = Static<typeof Scale>;
