import type { Container, EphemeralContainer, Pod } from '@wherry/api';
import { CliError } from '../cli/errors.ts';

/** What a debugging container may do, by the name of a profile, as upstream's KEP-1441 says. Pure. */

export const profileNames = ['legacy', 'general', 'baseline', 'restricted', 'netadmin', 'sysadmin'] as const;
export type ProfileName = (typeof profileNames)[number];

/** A container is added to the pod; the pod is a copy of another; the pod was made for a node. */
export type DebugStyle = 'ephemeral' | 'copy' | 'node';

export interface Keep {
  readonly labels: boolean;
  readonly annotations: boolean;
  readonly liveness: boolean;
  readonly readiness: boolean;
  readonly startup: boolean;
  readonly initContainers: boolean;
}

export function readProfile(text: string): ProfileName {
  const found = profileNames.find((name) => name === text);
  if (!found) throw new CliError(`unknown profile: ${text}`);
  return found;
}

/** The pod with the profile applied to it and to its container `name`. */
export function applyProfile(pod: Pod, name: string, style: DebugStyle, profile: ProfileName, keep: Keep): Pod {
  const own = onContainer(pod, name, (container) => securityOf(container, profile));
  switch (style) {
    case 'ephemeral':
      return own;
    case 'copy':
      return profile === 'legacy' ? withoutLabels(own) : shareProcesses(strip(own, keep));
    case 'node':
      return ['legacy', 'general', 'sysadmin'].includes(profile)
        ? onHost(mountHost(own, name))
        : profile === 'netadmin'
          ? onHost(own)
          : own;
  }

  function securityOf(container: Debugged, of: ProfileName): Debugged {
    const { securityContext, ...rest } = container;
    switch (of) {
      case 'legacy':
        return container;
      case 'general':
        return style === 'node' ? rest : withCapabilities(container, ['SYS_PTRACE']);
      case 'baseline':
        return rest;
      case 'restricted':
        return {
          ...rest,
          securityContext: {
            runAsNonRoot: true,
            capabilities: { drop: ['ALL'] },
            allowPrivilegeEscalation: false,
            seccompProfile: { type: 'RuntimeDefault' },
          },
        };
      case 'netadmin':
        return withCapabilities(container, ['NET_ADMIN', 'NET_RAW']);
      case 'sysadmin':
        return { ...rest, securityContext: { ...securityContext, privileged: true } };
    }
  }
}

type Debugged = Container | EphemeralContainer;

function withCapabilities(container: Debugged, names: readonly string[]): Debugged {
  const { capabilities, ...security } = container.securityContext ?? {};
  const add = [...(capabilities?.add ?? []), ...names];
  return { ...container, securityContext: { ...security, capabilities: { ...capabilities, add } } };
}

function onContainer(pod: Pod, name: string, change: (container: Debugged) => Debugged): Pod {
  const each = <C extends Debugged>(list: C[] | undefined): C[] | undefined =>
    list?.map((container) => (container.name === name ? (change(container) as C) : container));
  const { containers, initContainers, ephemeralContainers } = pod.spec;
  return {
    ...pod,
    spec: {
      ...pod.spec,
      containers: each(containers) ?? [],
      ...(initContainers ? { initContainers: each(initContainers) } : {}),
      ...(ephemeralContainers ? { ephemeralContainers: each(ephemeralContainers) } : {}),
    },
  };
}

function withoutLabels(pod: Pod): Pod {
  const { labels: _, ...metadata } = pod.metadata;
  return { ...pod, metadata };
}

/** Services must not send to a copy, and nothing shall restart it while somebody looks at it. */
function strip(pod: Pod, keep: Keep): Pod {
  const { labels, annotations, ...metadata } = pod.metadata;
  const { initContainers, containers, ...spec } = pod.spec;
  return {
    ...pod,
    metadata: {
      ...metadata,
      ...(keep.labels && labels ? { labels } : {}),
      ...(keep.annotations && annotations ? { annotations } : {}),
    },
    spec: {
      ...spec,
      ...(keep.initContainers && initContainers ? { initContainers } : {}),
      containers: containers.map(({ livenessProbe, readinessProbe, startupProbe, ...container }) => ({
        ...container,
        ...(keep.liveness && livenessProbe ? { livenessProbe } : {}),
        ...(keep.readiness && readinessProbe ? { readinessProbe } : {}),
        ...(keep.startup && startupProbe ? { startupProbe } : {}),
      })),
    },
  };
}

function shareProcesses(pod: Pod): Pod {
  return { ...pod, spec: { ...pod.spec, shareProcessNamespace: pod.spec.shareProcessNamespace ?? true } };
}

function onHost(pod: Pod): Pod {
  return { ...pod, spec: { ...pod.spec, hostNetwork: true, hostPID: true, hostIPC: true } };
}

function mountHost(pod: Pod, name: string): Pod {
  const mounted = onContainer(pod, name, (container) => ({
    ...container,
    volumeMounts: [...(container.volumeMounts ?? []), { mountPath: '/host', name: 'host-root' }],
  }));
  const volumes = [...(pod.spec.volumes ?? []), { name: 'host-root', hostPath: { path: '/' } }];
  return { ...mounted, spec: { ...mounted.spec, volumes } };
}
