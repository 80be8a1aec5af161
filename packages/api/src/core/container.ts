import {
  boolean,
  int32,
  list,
  map,
  object,
  optional,
  quantity,
  required,
  string,
  type Static,
} from '@wherry/apimachinery';
import { Lifecycle, Probe } from './probe.ts';
import {
  ConfigMapKeySelector,
  FileKeySelector,
  ObjectFieldSelector,
  ResourceFieldSelector,
  SecretKeySelector,
} from './references.ts';
import { SecurityContext } from './security-context.ts';

export const EnvVarSource = object('io.k8s.api.core.v1.EnvVarSource', {
  configMapKeyRef: optional(ConfigMapKeySelector),
  fieldRef: optional(ObjectFieldSelector),
  fileKeyRef: optional(FileKeySelector),
  resourceFieldRef: optional(ResourceFieldSelector),
  secretKeyRef: optional(SecretKeySelector),
});
export type EnvVarSource = Static<typeof EnvVarSource>;

export const EnvVar = object('io.k8s.api.core.v1.EnvVar', {
  name: required(string),
  value: optional(string),
  valueFrom: optional(EnvVarSource),
});
export type EnvVar = Static<typeof EnvVar>;

export const ConfigMapEnvSource = object('io.k8s.api.core.v1.ConfigMapEnvSource', {
  name: optional(string),
  optional: optional(boolean),
});
export type ConfigMapEnvSource = Static<typeof ConfigMapEnvSource>;

export const SecretEnvSource = object('io.k8s.api.core.v1.SecretEnvSource', {
  name: optional(string),
  optional: optional(boolean),
});
export type SecretEnvSource = Static<typeof SecretEnvSource>;

export const EnvFromSource = object('io.k8s.api.core.v1.EnvFromSource', {
  configMapRef: optional(ConfigMapEnvSource),
  prefix: optional(string),
  secretRef: optional(SecretEnvSource),
});
export type EnvFromSource = Static<typeof EnvFromSource>;

export const ContainerPort = object('io.k8s.api.core.v1.ContainerPort', {
  containerPort: required(int32),
  hostIP: optional(string),
  hostPort: optional(int32),
  name: optional(string),
  protocol: optional(string),
});
export type ContainerPort = Static<typeof ContainerPort>;

export const ContainerResizePolicy = object('io.k8s.api.core.v1.ContainerResizePolicy', {
  resourceName: required(string),
  restartPolicy: required(string),
});
export type ContainerResizePolicy = Static<typeof ContainerResizePolicy>;

export const ResourceClaim = object('io.k8s.api.core.v1.ResourceClaim', {
  name: required(string),
  request: optional(string),
});
export type ResourceClaim = Static<typeof ResourceClaim>;

export const ResourceRequirements = object('io.k8s.api.core.v1.ResourceRequirements', {
  claims: optional(list(ResourceClaim, { listType: 'map', mapKeys: ['name'] })),
  limits: optional(map(quantity)),
  requests: optional(map(quantity)),
});
export type ResourceRequirements = Static<typeof ResourceRequirements>;

export const ContainerRestartRuleOnExitCodes = object('io.k8s.api.core.v1.ContainerRestartRuleOnExitCodes', {
  operator: required(string),
  values: optional(list(int32, { listType: 'set' })),
});
export type ContainerRestartRuleOnExitCodes = Static<typeof ContainerRestartRuleOnExitCodes>;

export const ContainerRestartRule = object('io.k8s.api.core.v1.ContainerRestartRule', {
  action: required(string),
  exitCodes: optional(ContainerRestartRuleOnExitCodes),
});
export type ContainerRestartRule = Static<typeof ContainerRestartRule>;

export const VolumeDevice = object('io.k8s.api.core.v1.VolumeDevice', {
  devicePath: required(string),
  name: required(string),
});
export type VolumeDevice = Static<typeof VolumeDevice>;

export const VolumeMount = object('io.k8s.api.core.v1.VolumeMount', {
  mountPath: required(string),
  mountPropagation: optional(string),
  name: required(string),
  readOnly: optional(boolean),
  recursiveReadOnly: optional(string),
  subPath: optional(string),
  subPathExpr: optional(string),
});
export type VolumeMount = Static<typeof VolumeMount>;

export const Container = object('io.k8s.api.core.v1.Container', {
  args: optional(list(string, { listType: 'atomic' })),
  command: optional(list(string, { listType: 'atomic' })),
  env: optional(list(EnvVar, { listType: 'map', mapKeys: ['name'], patchStrategy: 'merge', patchMergeKey: 'name' })),
  envFrom: optional(list(EnvFromSource, { listType: 'atomic' })),
  image: optional(string),
  imagePullPolicy: optional(string),
  lifecycle: optional(Lifecycle),
  livenessProbe: optional(Probe),
  name: required(string),
  ports: optional(
    list(ContainerPort, {
      listType: 'map',
      mapKeys: ['containerPort', 'protocol'],
      patchStrategy: 'merge',
      patchMergeKey: 'containerPort',
    }),
  ),
  readinessProbe: optional(Probe),
  resizePolicy: optional(list(ContainerResizePolicy, { listType: 'atomic' })),
  resources: optional(ResourceRequirements),
  restartPolicy: optional(string),
  restartPolicyRules: optional(list(ContainerRestartRule, { listType: 'atomic' })),
  securityContext: optional(SecurityContext),
  startupProbe: optional(Probe),
  stdin: optional(boolean),
  stdinOnce: optional(boolean),
  terminationMessagePath: optional(string),
  terminationMessagePolicy: optional(string),
  tty: optional(boolean),
  volumeDevices: optional(
    list(VolumeDevice, {
      listType: 'map',
      mapKeys: ['devicePath'],
      patchStrategy: 'merge',
      patchMergeKey: 'devicePath',
    }),
  ),
  volumeMounts: optional(
    list(VolumeMount, { listType: 'map', mapKeys: ['mountPath'], patchStrategy: 'merge', patchMergeKey: 'mountPath' }),
  ),
  workingDir: optional(string),
});
export type Container = Static<typeof Container>;

export const EphemeralContainer = object('io.k8s.api.core.v1.EphemeralContainer', {
  args: optional(list(string, { listType: 'atomic' })),
  command: optional(list(string, { listType: 'atomic' })),
  env: optional(list(EnvVar, { listType: 'map', mapKeys: ['name'], patchStrategy: 'merge', patchMergeKey: 'name' })),
  envFrom: optional(list(EnvFromSource, { listType: 'atomic' })),
  image: optional(string),
  imagePullPolicy: optional(string),
  lifecycle: optional(Lifecycle),
  livenessProbe: optional(Probe),
  name: required(string),
  ports: optional(
    list(ContainerPort, {
      listType: 'map',
      mapKeys: ['containerPort', 'protocol'],
      patchStrategy: 'merge',
      patchMergeKey: 'containerPort',
    }),
  ),
  readinessProbe: optional(Probe),
  resizePolicy: optional(list(ContainerResizePolicy, { listType: 'atomic' })),
  resources: optional(ResourceRequirements),
  restartPolicy: optional(string),
  restartPolicyRules: optional(list(ContainerRestartRule, { listType: 'atomic' })),
  securityContext: optional(SecurityContext),
  startupProbe: optional(Probe),
  stdin: optional(boolean),
  stdinOnce: optional(boolean),
  targetContainerName: optional(string),
  terminationMessagePath: optional(string),
  terminationMessagePolicy: optional(string),
  tty: optional(boolean),
  volumeDevices: optional(
    list(VolumeDevice, {
      listType: 'map',
      mapKeys: ['devicePath'],
      patchStrategy: 'merge',
      patchMergeKey: 'devicePath',
    }),
  ),
  volumeMounts: optional(
    list(VolumeMount, { listType: 'map', mapKeys: ['mountPath'], patchStrategy: 'merge', patchMergeKey: 'mountPath' }),
  ),
  workingDir: optional(string),
});
export type EphemeralContainer = Static<typeof EphemeralContainer>;
