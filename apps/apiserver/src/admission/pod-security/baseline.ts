import type { LifecycleHandler, Probe } from '@wherry/api';
import {
  distinct,
  each,
  namesOf,
  quoted,
  setters,
  these,
  type AnyContainer,
  type Check,
  type Subject,
  type Violation,
} from './check.ts';

const hostNamespaces: Check = {
  since: 0,
  find({ spec }) {
    const set = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((name) => spec[name] === true);
    if (set.length === 0) return undefined;
    return { reason: 'host namespaces', detail: set.map((name) => `${name}=true`).join(', ') };
  },
};

const defaultCapabilities = new Set(
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(
    ' ',
  ),
);
const capabilitiesBaseline: Check = {
  since: 0,
  find(pod) {
    const added = ({ securityContext }: AnyContainer): string[] =>
      (securityContext?.capabilities?.add ?? []).filter((name) => !defaultCapabilities.has(name));
    const all = distinct(pod.containers.flatMap(added));
    const what = `must not include ${quoted(all)} in securityContext.capabilities.add`;
    return each(pod, 'non-default capabilities', (container) => added(container).length > 0, what);
  },
};

const hostPathVolumes: Check = {
  since: 0,
  find({ spec }) {
    const bad = (spec.volumes ?? []).filter((volume) => volume.hostPath !== undefined).map(({ name }) => name);
    if (bad.length === 0) return undefined;
    return { reason: 'hostPath volumes', detail: `${bad.length === 1 ? 'volume' : 'volumes'} ${quoted(bad)}` };
  },
};

const hostPorts: Check = {
  since: 0,
  find({ containers }) {
    const portsOf = ({ ports }: AnyContainer): number[] =>
      (ports ?? []).map(({ hostPort }) => hostPort ?? 0).filter((port) => port !== 0);
    const bad = namesOf(containers.filter((container) => portsOf(container).length > 0));
    if (bad.length === 0) return undefined;
    const ports = distinct(containers.flatMap(portsOf).map(String));
    const verb = bad.length === 1 ? 'uses' : 'use';
    return {
      reason: 'hostPort',
      detail: `${these(bad)} ${verb} ${ports.length === 1 ? 'hostPort' : 'hostPorts'} ${ports.join(', ')}`,
    };
  },
};

const hostProbes: Check = {
  since: 34,
  find({ containers }) {
    const bad = containers.filter((container) => hostsOf(container).length > 0);
    if (bad.length === 0) return undefined;
    const hosts = distinct(bad.flatMap(hostsOf));
    const verb = bad.length === 1 ? 'uses' : 'use';
    const noun = hosts.length === 1 ? 'probe or lifecycle host' : 'probe or lifecycle hosts';
    return {
      reason: 'probe or lifecycle host',
      detail: `${these(distinct(namesOf(bad)))} ${verb} ${noun} ${quoted(hosts)}`,
    };
  },
};

function hostsOf({ livenessProbe, readinessProbe, startupProbe, lifecycle }: AnyContainer): string[] {
  const handlers: (Probe | LifecycleHandler | undefined)[] = [
    livenessProbe,
    readinessProbe,
    startupProbe,
    lifecycle?.postStart,
    lifecycle?.preStop,
  ];
  return handlers
    .flatMap((handler) => [handler?.httpGet?.host, handler?.tcpSocket?.host])
    .filter((host) => !!host) as string[];
}

const privileged: Check = {
  since: 0,
  find: (pod) =>
    each(
      pod,
      'privileged',
      ({ securityContext }) => securityContext?.privileged === true,
      'must not set securityContext.privileged=true',
    ),
};

const procMount: Check = {
  since: 0,
  find(pod, minor) {
    if (minor >= 35 && pod.spec.hostUsers === false) return undefined;
    const odd = ({ securityContext }: AnyContainer): boolean => (securityContext?.procMount ?? 'Default') !== 'Default';
    const values = distinct(pod.containers.filter(odd).map(({ securityContext }) => securityContext?.procMount ?? ''));
    return each(pod, 'procMount', odd, `must not set securityContext.procMount to ${quoted(values)}`);
  },
};

const seLinux: Check = {
  since: 0,
  find({ spec, containers }, minor) {
    const types = new Set([
      '',
      'container_t',
      'container_init_t',
      'container_kvm_t',
      ...(minor >= 31 ? ['container_engine_t'] : []),
    ]);
    const badTypes: string[] = [];
    let [user, role] = [false, false];
    const fails = (
      options: { type?: string | undefined; user?: string | undefined; role?: string | undefined } | undefined,
    ): boolean => {
      if (options === undefined) return false;
      const bad = !types.has(options.type ?? '');
      if (bad) badTypes.push(options.type ?? '');
      user ||= !!options.user;
      role ||= !!options.role;
      return bad || !!options.user || !!options.role;
    };
    const podFails = fails(spec.securityContext?.seLinuxOptions);
    const bad = namesOf(containers.filter(({ securityContext }) => fails(securityContext?.seLinuxOptions)));
    if (!podFails && bad.length === 0) return undefined;
    const found = distinct(badTypes);
    const wrong = [
      ...(found.length > 0 ? [`${found.length === 1 ? 'type' : 'types'} ${quoted(found)}`] : []),
      ...(user ? ['user may not be set'] : []),
      ...(role ? ['role may not be set'] : []),
    ];
    return {
      reason: 'seLinuxOptions',
      detail: `${setters(podFails, bad)} set forbidden securityContext.seLinuxOptions: ${wrong.join('; ')}`,
    };
  },
};

const safeSysctls: readonly [number, string][] = [
  [0, 'kernel.shm_rmid_forced'],
  [0, 'net.ipv4.ip_local_port_range'],
  [0, 'net.ipv4.tcp_syncookies'],
  [0, 'net.ipv4.ping_group_range'],
  [0, 'net.ipv4.ip_unprivileged_port_start'],
  [27, 'net.ipv4.ip_local_reserved_ports'],
  [29, 'net.ipv4.tcp_keepalive_time'],
  [29, 'net.ipv4.tcp_fin_timeout'],
  [29, 'net.ipv4.tcp_keepalive_intvl'],
  [29, 'net.ipv4.tcp_keepalive_probes'],
  [32, 'net.ipv4.tcp_rmem'],
  [32, 'net.ipv4.tcp_wmem'],
];
const sysctls: Check = {
  since: 0,
  find({ spec }, minor) {
    const safe = new Set(safeSysctls.filter(([since]) => minor >= since).map(([, name]) => name));
    const bad = (spec.securityContext?.sysctls ?? []).map(({ name }) => name).filter((name) => !safe.has(name));
    return bad.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: bad.join(', ') };
  },
};

const appArmor: Check = {
  since: 0,
  find({ metadata, spec, containers }) {
    const allowed = (type: string | undefined): boolean =>
      type === undefined || type === 'RuntimeDefault' || type === 'Localhost';
    const podType = spec.securityContext?.appArmorProfile?.type;
    const bad = containers.filter(({ securityContext }) => !allowed(securityContext?.appArmorProfile?.type));
    const annotations = Object.entries(metadata.annotations ?? {})
      .filter(
        ([key, value]) =>
          key.startsWith('container.apparmor.security.beta.kubernetes.io/') &&
          !/^$|^runtime\/default$|^localhost\//.test(value),
      )
      .map(([key, value]) => `${key}=${JSON.stringify(value)}`);
    const parts: string[] = [];
    if (!allowed(podType) || bad.length > 0) {
      const types = distinct(
        [podType, ...bad.map(({ securityContext }) => securityContext?.appArmorProfile?.type)].filter(
          (type) => !allowed(type),
        ) as string[],
      );
      parts.push(`${setters(!allowed(podType), namesOf(bad))} must not set AppArmor profile type to ${quoted(types)}`);
    }
    if (annotations.length > 0) {
      const noun = annotations.length === 1 ? 'annotation' : 'annotations';
      parts.push(`${noun} ${distinct(annotations).join(', ')}`);
    }
    if (parts.length === 0) return undefined;
    return {
      reason:
        annotations.length + bad.length + (allowed(podType) ? 0 : 1) === 1
          ? 'forbidden AppArmor profile'
          : 'forbidden AppArmor profiles',
      detail: parts.join(' and '),
    };
  },
};

export const goodSeccomp = (type: string | undefined): boolean => type === 'RuntimeDefault' || type === 'Localhost';

/** Whoever sets a profile that is no profile. */
export function badSeccomp({ spec, containers }: Subject): Violation | undefined {
  const podType = spec.securityContext?.seccompProfile?.type;
  const podFails = podType !== undefined && !goodSeccomp(podType);
  const typeOf = ({ securityContext }: AnyContainer): string | undefined => securityContext?.seccompProfile?.type;
  const bad = containers.filter((container) => typeOf(container) !== undefined && !goodSeccomp(typeOf(container)));
  if (!podFails && bad.length === 0) return undefined;
  const values = distinct([...(podFails ? [podType] : []), ...bad.map((container) => typeOf(container) ?? '')]);
  return {
    reason: 'seccompProfile',
    detail: `${setters(podFails, namesOf(bad))} must not set securityContext.seccompProfile.type to ${quoted(values)}`,
  };
}

const seccompBaseline: Check = { since: 19, find: badSeccomp };

const windowsHostProcess: Check = {
  since: 0,
  find({ spec, containers }) {
    const podFails = spec.securityContext?.windowsOptions?.hostProcess === true;
    const bad = namesOf(
      containers.filter(({ securityContext }) => securityContext?.windowsOptions?.hostProcess === true),
    );
    if (!podFails && bad.length === 0) return undefined;
    return {
      reason: 'hostProcess',
      detail: `${setters(podFails, bad)} must not set securityContext.windowsOptions.hostProcess=true`,
    };
  },
};

/** Sorted by upstream's names, which is the order in which violations are told. */
export const baselineChecks: readonly Check[] = [
  appArmor,
  capabilitiesBaseline,
  hostNamespaces,
  hostPathVolumes,
  hostPorts,
  hostProbes,
  privileged,
  procMount,
  seLinux,
  seccompBaseline,
  sysctls,
  windowsHostProcess,
];
/** Those that a stricter form stands in for at the restricted level. */
export const relaxed: readonly Check[] = [capabilitiesBaseline, hostPathVolumes, seccompBaseline];
