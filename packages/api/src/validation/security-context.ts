import { fieldDuplicate, fieldInvalid, fieldNotSupported, fieldRequired } from '@wherry/apimachinery';
import type { PodSpec } from '../core/pod.ts';
import type { AppArmorProfile, SeccompProfile, SecurityContext } from '../core/security-context.ts';
import { inclusiveRange, maxInt32, oneOfOrAbsent, type Findings } from './value-rules.ts';

export function* securityContext(context: SecurityContext | undefined, field: string): Findings {
  if (context === undefined) return;
  yield* ids(context, field);
  yield* oneOfOrAbsent(context.procMount, ['Default', 'Unmasked'], `${field}.procMount`);
  yield* seccomp(context.seccompProfile, `${field}.seccompProfile`);
  yield* appArmor(context.appArmorProfile, `${field}.appArmorProfile`);
  if (context.allowPrivilegeEscalation !== false) return;
  if (context.privileged === true) {
    yield fieldInvalid(field, context, 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true');
  }
  if (context.capabilities?.add?.some((name) => name === 'CAP_SYS_ADMIN') === true) {
    const detail = 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN';
    yield fieldInvalid(field, context, detail);
  }
}

export function* podSecurityContext(spec: PodSpec, field: string): Findings {
  const context = spec.securityContext;
  if (spec.shareProcessNamespace === true && spec.hostPID === true) {
    const detail = 'ShareProcessNamespace and HostPID cannot both be enabled';
    yield fieldInvalid(`${field}.shareProcessNamespace`, true, detail);
  }
  if (context === undefined) return;
  yield* ids(context, field);
  yield* id(context.fsGroup, `${field}.fsGroup`);
  for (const [index, group] of (context.supplementalGroups ?? []).entries()) {
    yield* id(group, `${field}.supplementalGroups[${index}]`);
  }
  yield* oneOfOrAbsent(context.fsGroupChangePolicy, ['Always', 'OnRootMismatch'], `${field}.fsGroupChangePolicy`);
  yield* oneOfOrAbsent(context.supplementalGroupsPolicy, ['Merge', 'Strict'], `${field}.supplementalGroupsPolicy`);
  yield* oneOfOrAbsent(context.seLinuxChangePolicy, ['MountOption', 'Recursive'], `${field}.seLinuxChangePolicy`);
  yield* seccomp(context.seccompProfile, `${field}.seccompProfile`);
  yield* appArmor(context.appArmorProfile, `${field}.appArmorProfile`);
  yield* sysctls(spec, `${field}.sysctls`);
}

function* ids(context: { runAsUser?: number | undefined; runAsGroup?: number | undefined }, field: string): Findings {
  yield* id(context.runAsUser, `${field}.runAsUser`);
  yield* id(context.runAsGroup, `${field}.runAsGroup`);
}

function* id(value: number | undefined, field: string): Findings {
  if (value !== undefined && (value < 0 || value > maxInt32)) {
    yield fieldInvalid(field, value, inclusiveRange(0, maxInt32));
  }
}

const profileTypes = ['Localhost', 'RuntimeDefault', 'Unconfined'];

function* seccomp(profile: SeccompProfile | undefined, field: string): Findings {
  if (profile === undefined) return;
  const { type, localhostProfile } = profile;
  if (type === '') yield fieldRequired(`${field}.type`, 'type is required when seccompProfile is set');
  else if (!profileTypes.includes(type)) yield fieldNotSupported(`${field}.type`, type, profileTypes);
  if (type === 'Localhost' && !localhostProfile) {
    yield fieldRequired(`${field}.localhostProfile`, 'must be set when seccomp type is Localhost');
  }
  if (type !== 'Localhost' && localhostProfile !== undefined) {
    const detail = 'can only be set when seccomp type is Localhost';
    yield fieldInvalid(`${field}.localhostProfile`, localhostProfile, detail);
  }
}

function* appArmor(profile: AppArmorProfile | undefined, field: string): Findings {
  if (profile === undefined) return;
  const { type, localhostProfile } = profile;
  if (type === '') yield fieldRequired(`${field}.type`, 'type is required when appArmorProfile is set');
  else if (!profileTypes.includes(type)) yield fieldNotSupported(`${field}.type`, type, profileTypes);
  if (type === 'Localhost' && !localhostProfile?.trim()) {
    yield fieldRequired(`${field}.localhostProfile`, 'must be set when AppArmor type is Localhost');
  }
  if (type !== 'Localhost' && localhostProfile !== undefined) {
    const detail = 'can only be set when AppArmor type is Localhost';
    yield fieldInvalid(`${field}.localhostProfile`, localhostProfile, detail);
  }
}

const sysctlName = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/;

function* sysctls(spec: PodSpec, field: string): Findings {
  const names = new Set<string>();
  for (const [index, { name }] of (spec.securityContext?.sysctls ?? []).entries()) {
    const at = `${field}[${index}].name`;
    if (name === '') yield fieldRequired(at);
    else if (name.length > 253 || !sysctlName.test(name)) {
      const pattern = '([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
      yield fieldInvalid(at, name, `must have at most 253 characters and match regex ^${pattern}$`);
    } else if (names.has(name)) yield fieldDuplicate(at, name);
    names.add(name);
    if (spec.hostNetwork === true && name.startsWith('net.')) {
      yield fieldInvalid(at, name, "may not be specified when 'hostNetwork' is true");
    }
    if (spec.hostIPC === true && /^(kernel\.(shm|msg|sem)|fs\.mqueue\.)/.test(name)) {
      yield fieldInvalid(at, name, "may not be specified when 'hostIPC' is true");
    }
  }
}
