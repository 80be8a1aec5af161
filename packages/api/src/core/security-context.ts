import { boolean, int64, list, object, optional, required, string, type Static } from '@wherry/apimachinery';

export const AppArmorProfile = object('io.k8s.api.core.v1.AppArmorProfile', {
  localhostProfile: optional(string),
  type: required(string),
});
export type AppArmorProfile = Static<typeof AppArmorProfile>;

export const Capabilities = object('io.k8s.api.core.v1.Capabilities', {
  add: optional(list(string, { listType: 'atomic' })),
  drop: optional(list(string, { listType: 'atomic' })),
});
export type Capabilities = Static<typeof Capabilities>;

export const SELinuxOptions = object('io.k8s.api.core.v1.SELinuxOptions', {
  level: optional(string),
  role: optional(string),
  type: optional(string),
  user: optional(string),
});
export type SELinuxOptions = Static<typeof SELinuxOptions>;

export const SeccompProfile = object('io.k8s.api.core.v1.SeccompProfile', {
  localhostProfile: optional(string),
  type: required(string),
});
export type SeccompProfile = Static<typeof SeccompProfile>;

export const WindowsSecurityContextOptions = object('io.k8s.api.core.v1.WindowsSecurityContextOptions', {
  gmsaCredentialSpec: optional(string),
  gmsaCredentialSpecName: optional(string),
  hostProcess: optional(boolean),
  runAsUserName: optional(string),
});
export type WindowsSecurityContextOptions = Static<typeof WindowsSecurityContextOptions>;

export const SecurityContext = object('io.k8s.api.core.v1.SecurityContext', {
  allowPrivilegeEscalation: optional(boolean),
  appArmorProfile: optional(AppArmorProfile),
  capabilities: optional(Capabilities),
  privileged: optional(boolean),
  procMount: optional(string),
  readOnlyRootFilesystem: optional(boolean),
  runAsGroup: optional(int64),
  runAsNonRoot: optional(boolean),
  runAsUser: optional(int64),
  seLinuxOptions: optional(SELinuxOptions),
  seccompProfile: optional(SeccompProfile),
  windowsOptions: optional(WindowsSecurityContextOptions),
});
export type SecurityContext = Static<typeof SecurityContext>;

export const Sysctl = object('io.k8s.api.core.v1.Sysctl', {
  name: required(string),
  value: required(string),
});
export type Sysctl = Static<typeof Sysctl>;

export const PodSecurityContext = object('io.k8s.api.core.v1.PodSecurityContext', {
  appArmorProfile: optional(AppArmorProfile),
  fsGroup: optional(int64),
  fsGroupChangePolicy: optional(string),
  runAsGroup: optional(int64),
  runAsNonRoot: optional(boolean),
  runAsUser: optional(int64),
  seLinuxChangePolicy: optional(string),
  seLinuxOptions: optional(SELinuxOptions),
  seccompProfile: optional(SeccompProfile),
  supplementalGroups: optional(list(int64, { listType: 'atomic' })),
  supplementalGroupsPolicy: optional(string),
  sysctls: optional(list(Sysctl, { listType: 'atomic' })),
  windowsOptions: optional(WindowsSecurityContextOptions),
});
export type PodSecurityContext = Static<typeof PodSecurityContext>;
