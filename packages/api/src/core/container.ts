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
  configMapKeyRef: optional(ConfigMapKeySelector, 'A key of a ConfigMap.'),
  fieldRef: optional(ObjectFieldSelector, 'A field of the pod.'),
  fileKeyRef: optional(FileKeySelector, 'A key of a file in a volume.'),
  resourceFieldRef: optional(ResourceFieldSelector, 'A request or limit of a container.'),
  secretKeyRef: optional(SecretKeySelector, 'A key of a Secret.'),
});
export type EnvVarSource = Static<typeof EnvVarSource>;

export const EnvVar = object('io.k8s.api.core.v1.EnvVar', {
  name: required(string, 'The name of the variable.'),
  value: optional(string, 'Its value. $(NAME) stands for an earlier variable.'),
  valueFrom: optional(EnvVarSource, 'Where its value comes from.'),
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
  configMapRef: optional(ConfigMapEnvSource, 'The ConfigMap.'),
  prefix: optional(string, 'Put before each name.'),
  secretRef: optional(SecretEnvSource, 'The Secret.'),
});
export type EnvFromSource = Static<typeof EnvFromSource>;

export const ContainerPort = object('io.k8s.api.core.v1.ContainerPort', {
  containerPort: required(int32, 'The port in the pod.'),
  hostIP: optional(string, "The node's address it is bound to."),
  hostPort: optional(int32, 'The port on the node.'),
  name: optional(string, 'A name that Services may refer to.'),
  protocol: optional(string, 'TCP (the default), UDP or SCTP.'),
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
  claims: optional(
    list(ResourceClaim, { listType: 'map', mapKeys: ['name'] }),
    "Which of the pod's device claims it uses.",
  ),
  limits: optional(map(quantity), 'The most it may use.'),
  requests: optional(map(quantity), 'What is set aside for it; the limits by default.'),
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
  mountPath: required(string, 'Where in the container.'),
  mountPropagation: optional(string, 'None (the default), HostToContainer or Bidirectional.'),
  name: required(string, 'The name of the volume.'),
  readOnly: optional(boolean, 'Whether it is read-only.'),
  recursiveReadOnly: optional(string, 'Whether what is mounted below is read-only too.'),
  subPath: optional(string, 'The path in the volume that is mounted; its root by default.'),
  subPathExpr: optional(string, 'The same, with $(NAME) for variables.'),
});
export type VolumeMount = Static<typeof VolumeMount>;

/** What a container and an ephemeral one have in common: all that a container has. */
const containerFields = {
  args: optional(
    list(string, { listType: 'atomic' }),
    "Arguments to the entry point; the image's own when absent. $(NAME) stands for a variable.",
  ),
  command: optional(list(string, { listType: 'atomic' }), "The entry point; the image's own when absent."),
  env: optional(
    list(EnvVar, { listType: 'map', mapKeys: ['name'], patchStrategy: 'merge', patchMergeKey: 'name' }),
    'Environment variables.',
  ),
  envFrom: optional(
    list(EnvFromSource, { listType: 'atomic' }),
    'ConfigMaps and Secrets whose keys become variables; env stands above them.',
  ),
  image: optional(string, 'The image to run.'),
  imagePullPolicy: optional(string, 'Always, IfNotPresent or Never; Always by default for the tag latest.'),
  lifecycle: optional(Lifecycle, 'What to do after the start and before the end.'),
  livenessProbe: optional(Probe, 'When it fails, the container is started again.'),
  name: required(string, 'Its name, unique in the pod.'),
  ports: optional(
    list(ContainerPort, {
      listType: 'map',
      mapKeys: ['containerPort', 'protocol'],
      mapKeyDefaults: { protocol: 'TCP' },
      patchStrategy: 'merge',
      patchMergeKey: 'containerPort',
    }),
    'Ports it listens on; for information, and for names.',
  ),
  readinessProbe: optional(Probe, 'While it fails, no Service sends here.'),
  resizePolicy: optional(
    list(ContainerResizePolicy, { listType: 'atomic' }),
    'Whether a change of its resources starts it again.',
  ),
  resources: optional(ResourceRequirements, 'What it may use, and what is set aside for it.'),
  restartPolicy: optional(string, 'Always makes an init container a sidecar.'),
  restartPolicyRules: optional(
    list(ContainerRestartRule, { listType: 'atomic' }),
    'When it is started again, by exit code.',
  ),
  securityContext: optional(SecurityContext, 'User, capabilities and the like.'),
  startupProbe: optional(Probe, 'Until it succeeds, the other probes wait.'),
  stdin: optional(boolean, 'Whether standard input stays open.'),
  stdinOnce: optional(boolean, 'Whether standard input closes after the first client.'),
  terminationMessagePath: optional(string, 'The file whose end becomes its termination message.'),
  terminationMessagePolicy: optional(string, 'File, or FallbackToLogsOnError.'),
  tty: optional(boolean, 'Whether it gets a terminal.'),
  volumeDevices: optional(
    list(VolumeDevice, {
      listType: 'map',
      mapKeys: ['devicePath'],
      patchStrategy: 'merge',
      patchMergeKey: 'devicePath',
    }),
    "Block devices of the pod's volumes.",
  ),
  volumeMounts: optional(
    list(VolumeMount, {
      listType: 'map',
      mapKeys: ['mountPath'],
      patchStrategy: 'merge',
      patchMergeKey: 'mountPath',
    }),
    "Where the pod's volumes are mounted.",
  ),
  workingDir: optional(string, "Its working directory; the image's own when absent."),
};

export const Container = object('io.k8s.api.core.v1.Container', containerFields, { doc: 'One program of a pod.' });
export type Container = Static<typeof Container>;

export const EphemeralContainer = object('io.k8s.api.core.v1.EphemeralContainer', {
  ...containerFields,
  targetContainerName: optional(string),
});
export type EphemeralContainer = Static<typeof EphemeralContainer>;
