import type { Container, EphemeralContainer, LifecycleHandler, PodSpec, Probe, Volume } from '@wherry/api';
import type { ObjectMeta } from '@wherry/apimachinery';

/** What a check has against a pod: upstream's reason, and the detail that stands behind it in brackets. */
export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

interface Subject {
  readonly metadata: Pick<ObjectMeta, 'annotations'>;
  readonly spec: PodSpec;
  readonly containers: readonly AnyContainer[];
}
type AnyContainer = Pick<
  Container,
  'name' | 'ports' | 'securityContext' | 'livenessProbe' | 'readinessProbe' | 'startupProbe' | 'lifecycle'
>;

interface Check {
  /** The minor version of Kubernetes 1 since which it holds. */
  readonly since: number;
  /** Up to before this one. */
  readonly until?: number;
  find(pod: Subject, minor: number): Violation | undefined;
}

/**
 * The violations of the Pod Security Standards (`baseline` or `restricted`, as of Kubernetes 1.`minor`), in upstream's
 * order. The restricted level has stricter forms of some baseline checks, which stand in for these.
 */
export function violationsOf(
  level: 'baseline' | 'restricted',
  minor: number,
  metadata: Pick<ObjectMeta, 'annotations'>,
  spec: PodSpec,
): Violation[] {
  const pod: Subject = { metadata, spec, containers: containersOf(spec) };
  const checks = level === 'baseline' ? [...baseline, ...baselineAlone] : [...baseline, ...restricted];
  return checks
    .filter(({ since, until }) => minor >= since && (until === undefined || minor < until))
    .toSorted((a, b) => order(a) - order(b))
    .flatMap((check) => check.find(pod, minor) ?? []);
}

function containersOf({ containers, initContainers, ephemeralContainers }: PodSpec): AnyContainer[] {
  const ephemeral: readonly EphemeralContainer[] = ephemeralContainers ?? [];
  return [...(initContainers ?? []), ...containers, ...ephemeral];
}

const quoted = (names: readonly string[]): string => names.map((name) => JSON.stringify(name)).join(', ');
const distinct = (values: readonly string[]): string[] => [...new Set(values)].toSorted((a, b) => (a < b ? -1 : 1));
const these = (names: readonly string[]): string =>
  `${names.length === 1 ? 'container' : 'containers'} ${quoted(names)}`;
const namesOf = (containers: readonly AnyContainer[]): string[] => containers.map(({ name }) => name);

/** The containers that fail, as upstream words them; undefined when none does. */
function each(
  { containers }: Subject,
  reason: string,
  fails: (container: AnyContainer) => boolean,
  what: string,
): Violation | undefined {
  const bad = namesOf(containers.filter(fails));
  return bad.length === 0 ? undefined : { reason, detail: `${these(bad)} ${what}` };
}

/** `pod`, and the containers that fail: who sets what must not be set. */
function setters(podFails: boolean, bad: readonly string[]): string {
  return [...(podFails ? ['pod'] : []), ...(bad.length > 0 ? [these(bad)] : [])].join(' and ');
}

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

const goodSeccomp = (type: string | undefined): boolean => type === 'RuntimeDefault' || type === 'Localhost';

/** Whoever sets a profile that is no profile. */
function badSeccomp({ spec, containers }: Subject): Violation | undefined {
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

/** Since 1.25 a pod for Windows need not say what only Linux knows. */
const sparesWindows = ({ spec }: Subject, minor: number): boolean => minor >= 25 && spec.os?.name === 'windows';

const allowPrivilegeEscalation: Check = {
  since: 8,
  find(pod, minor) {
    if (sparesWindows(pod, minor)) return undefined;
    const what = 'must set securityContext.allowPrivilegeEscalation=false';
    return each(
      pod,
      'allowPrivilegeEscalation != false',
      ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false,
      what,
    );
  },
};

const capabilitiesRestricted: Check = {
  since: 22,
  find(pod, minor) {
    if (sparesWindows(pod, minor)) return undefined;
    const added = ({ securityContext }: AnyContainer): string[] =>
      (securityContext?.capabilities?.add ?? []).filter((name) => name !== 'NET_BIND_SERVICE');
    const keeps = namesOf(
      pod.containers.filter(({ securityContext }) => !(securityContext?.capabilities?.drop ?? []).includes('ALL')),
    );
    const adds = namesOf(pod.containers.filter((container) => added(container).length > 0));
    const all = distinct(pod.containers.flatMap(added));
    const details = [
      ...(keeps.length > 0 ? [`${these(keeps)} must set securityContext.capabilities.drop=["ALL"]`] : []),
      ...(adds.length > 0
        ? [`${these(adds)} must not include ${quoted(all)} in securityContext.capabilities.add`]
        : []),
    ];
    return details.length === 0 ? undefined : { reason: 'unrestricted capabilities', detail: details.join('; ') };
  },
};

const ordinaryVolumes: readonly (keyof Volume)[] = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
];
const restrictedVolumes: Check = {
  since: 0,
  find({ spec }) {
    const bad = (spec.volumes ?? []).filter((volume) =>
      ordinaryVolumes.every((source) => volume[source] === undefined),
    );
    if (bad.length === 0) return undefined;
    const types = distinct(bad.map((volume) => Object.keys(volume).find((key) => key !== 'name') ?? 'unknown'));
    const subject = `${bad.length === 1 ? 'volume' : 'volumes'} ${quoted(bad.map(({ name }) => name))}`;
    const verb = bad.length === 1 ? 'uses' : 'use';
    return {
      reason: 'restricted volume types',
      detail: `${subject} ${verb} restricted volume ${types.length === 1 ? 'type' : 'types'} ${quoted(types)}`,
    };
  },
};

const runAsNonRoot: Check = {
  since: 0,
  find({ spec, containers }, minor) {
    if (minor >= 35 && spec.hostUsers === false) return undefined;
    const ofPod = spec.securityContext?.runAsNonRoot;
    const explicit = namesOf(containers.filter(({ securityContext }) => securityContext?.runAsNonRoot === false));
    const reason = 'runAsNonRoot != true';
    if (ofPod === false || explicit.length > 0)
      return {
        reason,
        detail: `${setters(ofPod === false, explicit)} must not set securityContext.runAsNonRoot=false`,
      };
    if (ofPod === true) return undefined;
    const silent = namesOf(containers.filter(({ securityContext }) => securityContext?.runAsNonRoot === undefined));
    if (silent.length === 0) return undefined;
    return { reason, detail: `pod or ${these(silent)} must set securityContext.runAsNonRoot=true` };
  },
};

const runAsUser: Check = {
  since: 23,
  find({ spec, containers }, minor) {
    if (minor >= 35 && spec.hostUsers === false) return undefined;
    const podFails = spec.securityContext?.runAsUser === 0;
    const bad = namesOf(containers.filter(({ securityContext }) => securityContext?.runAsUser === 0));
    if (!podFails && bad.length === 0) return undefined;
    return { reason: 'runAsUser=0', detail: `${setters(podFails, bad)} must not set runAsUser=0` };
  },
};

const seccompRestricted: Check = {
  since: 19,
  find(pod, minor) {
    if (sparesWindows(pod, minor)) return undefined;
    const bad = badSeccomp(pod);
    if (bad !== undefined || pod.spec.securityContext?.seccompProfile !== undefined) return bad;
    const silent = namesOf(
      pod.containers.filter(({ securityContext }) => securityContext?.seccompProfile === undefined),
    );
    if (silent.length === 0) return undefined;
    const what = 'must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"';
    return { reason: 'seccompProfile', detail: `pod or ${these(silent)} ${what}` };
  },
};

const baseline = [
  appArmor,
  hostNamespaces,
  hostPorts,
  hostProbes,
  privileged,
  procMount,
  seLinux,
  sysctls,
  windowsHostProcess,
];
const baselineAlone = [capabilitiesBaseline, hostPathVolumes, seccompBaseline];
const restricted = [
  allowPrivilegeEscalation,
  capabilitiesRestricted,
  restrictedVolumes,
  runAsNonRoot,
  runAsUser,
  seccompRestricted,
];
/** Upstream sorts each level's checks by their names, baseline first. */
const inOrder = [
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
  ...restricted,
];
function order(check: Check): number {
  return inOrder.indexOf(check);
}
