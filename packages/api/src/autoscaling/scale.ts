import { ObjectMeta, int32, object, optional, required, stored, string, type Static } from '@wherry/apimachinery';

export const ScaleSpec = object('io.k8s.api.autoscaling.v1.ScaleSpec', {
  replicas: optional(int32),
});
export type ScaleSpec = Static<typeof ScaleSpec>;

export const ScaleStatus = object('io.k8s.api.autoscaling.v1.ScaleStatus', {
  replicas: required(int32),
  selector: optional(string),
});
export type ScaleStatus = Static<typeof ScaleStatus>;

export const Scale = object('io.k8s.api.autoscaling.v1.Scale', {
  apiVersion: optional(string),
  kind: optional(string),
  metadata: stored(ObjectMeta),
  spec: stored(ScaleSpec),
  status: optional(ScaleStatus),
});
export type Scale = Static<typeof Scale>;
