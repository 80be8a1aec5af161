import type { Volume } from '@wherry/api';
import { badSeccomp, relaxed, baselineChecks } from './baseline.ts';
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
} from './check.ts';

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

export const restrictedChecks: readonly Check[] = [
  ...baselineChecks.filter((check) => !relaxed.includes(check)),
  allowPrivilegeEscalation,
  capabilitiesRestricted,
  restrictedVolumes,
  runAsNonRoot,
  runAsUser,
  seccompRestricted,
];
