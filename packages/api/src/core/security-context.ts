import { boolean, int64, list, object, optional, required, string, type Static } from '@wherry/apimachinery';

export const AppArmorProfile = object(
  'io.k8s.api.core.v1.AppArmorProfile',
  {
    localhostProfile: optional(string),
    type: required(string),
  },
  { union: { discriminator: 'type', fields: ['localhostProfile'] } },
);
export type AppArmorProfile = Static<typeof AppArmorProfile>;

export const Capabilities = object('io.k8s.api.core.v1.Capabilities', {
  add: optional(list(string, { listType: 'atomic' }), 'What to add.'),
  drop: optional(list(string, { listType: 'atomic' }), 'What to drop.'),
});
export type Capabilities = Static<typeof Capabilities>;

export const SELinuxOptions = object('io.k8s.api.core.v1.SELinuxOptions', {
  level: optional(string),
  role: optional(string),
  type: optional(string),
  user: optional(string),
});
export type SELinuxOptions = Static<typeof SELinuxOptions>;

export const SeccompProfile = object(
  'io.k8s.api.core.v1.SeccompProfile',
  {
    localhostProfile: optional(string),
    type: required(string),
  },
  { union: { discriminator: 'type', fields: ['localhostProfile'] } },
);
export type SeccompProfile = Static<typeof SeccompProfile>;

export const WindowsSecurityContextOptions = object('io.k8s.api.core.v1.WindowsSecurityContextOptions', {
  gmsaCredentialSpec: optional(string),
  gmsaCredentialSpecName: optional(string),
  hostProcess: optional(boolean),
  runAsUserName: optional(string),
});
export type WindowsSecurityContextOptions = Static<typeof WindowsSecurityContextOptions>;

export const SecurityContext = object(
  'io.k8s.api.core.v1.SecurityContext',
  {
    allowPrivilegeEscalation: optional(boolean, 'Whether a process may gain more than its parent has.'),
    appArmorProfile: optional(AppArmorProfile, 'The AppArmor profile.'),
    capabilities: optional(Capabilities, 'Capabilities to add and drop.'),
    privileged: optional(boolean, 'Whether it is as good as root on the node.'),
    procMount: optional(string, 'Default or Unmasked.'),
    readOnlyRootFilesystem: optional(boolean, 'Whether its root is read-only.'),
    runAsGroup: optional(int64, 'The group id.'),
    runAsNonRoot: optional(boolean, 'Whether to refuse to run as root.'),
    runAsUser: optional(int64, 'The user id.'),
    seLinuxOptions: optional(SELinuxOptions, 'The SELinux label.'),
    seccompProfile: optional(SeccompProfile, 'The seccomp profile.'),
    windowsOptions: optional(WindowsSecurityContextOptions, 'Settings for Windows.'),
  },
  { doc: "How one container is confined; it stands above the pod's." },
);
export type SecurityContext = Static<typeof SecurityContext>;

export const Sysctl = object('io.k8s.api.core.v1.Sysctl', {
  name: required(string),
  value: required(string),
});
export type Sysctl = Static<typeof Sysctl>;

export const PodSecurityContext = object(
  'io.k8s.api.core.v1.PodSecurityContext',
  {
    appArmorProfile: optional(AppArmorProfile),
    fsGroup: optional(int64, 'The group that owns its volumes.'),
    fsGroupChangePolicy: optional(string, 'Always, or OnRootMismatch.'),
    runAsGroup: optional(int64, 'The group id.'),
    runAsNonRoot: optional(boolean, 'Whether to refuse to run as root.'),
    runAsUser: optional(int64, 'The user id.'),
    seLinuxChangePolicy: optional(string),
    seLinuxOptions: optional(SELinuxOptions),
    seccompProfile: optional(SeccompProfile, 'The seccomp profile.'),
    supplementalGroups: optional(list(int64, { listType: 'atomic' }), 'Further groups.'),
    supplementalGroupsPolicy: optional(string),
    sysctls: optional(list(Sysctl, { listType: 'atomic' }), "Kernel settings of the pod's namespaces."),
    windowsOptions: optional(WindowsSecurityContextOptions),
  },
  { doc: 'How all containers of the pod are confined.' },
);
export type PodSecurityContext = Static<typeof PodSecurityContext>;
