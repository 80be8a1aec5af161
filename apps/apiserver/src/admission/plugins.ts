import { certificateApproval } from './certificate-approval.ts';
import { certificateSigning } from './certificate-signing.ts';
import { certificateSubjectRestriction } from './certificate-subject-restriction.ts';
import type { AdmissionPlugin } from './chain.ts';
import { customResourceDefinitionRules } from './custom-resource-definitions.ts';
import { defaultIngressClass } from './default-ingress-class.ts';
import { defaultStorageClass } from './default-storage-class.ts';
import { defaultTolerationSeconds } from './default-toleration-seconds.ts';
import { denyServiceExternalIps } from './deny-service-external-ips.ts';
import { grants } from './grants.ts';
import { limitRanger } from './limit-ranger.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import { persistentVolumeClaimResize } from './persistent-volume-claim-resize.ts';
import { podSecurity } from './pod-security/pod-security.ts';
import { nodeRestriction } from './node-restriction.ts';
import { priority } from './priority.ts';
import { resourceQuota } from './resource-quota.ts';
import { runtimeClass } from './runtime-class.ts';
import { serviceAccount } from './service-account.ts';
import { storageObjectInUseProtection } from './storage-object-in-use-protection.ts';
import { taintNodesByCondition } from './taint-nodes-by-condition.ts';

/** In the order of running, which is upstream's. */
const admissionPlugins: readonly AdmissionPlugin[] = [
  customResourceDefinitionRules,
  namespaceLifecycle,
  limitRanger,
  serviceAccount,
  nodeRestriction,
  taintNodesByCondition,
  podSecurity,
  priority,
  defaultTolerationSeconds,
  defaultStorageClass,
  storageObjectInUseProtection,
  persistentVolumeClaimResize,
  runtimeClass,
  certificateApproval,
  certificateSigning,
  certificateSubjectRestriction,
  defaultIngressClass,
  denyServiceExternalIps,
  grants,
  // Policies and webhooks will stand here: they see what the plugins above made of a request, and only what they let
  // through is charged to a quota.
  resourceQuota,
];

export interface PluginChoice {
  /** Names of plugins to run that do not by default. */
  readonly enableAdmissionPlugins: readonly string[];
  /** Names of plugins that are not to run. */
  readonly disableAdmissionPlugins: readonly string[];
}

/** @throws {Error} for a name that no plugin has, or that is in both lists */
export function chooseAdmissionPlugins(choice: PluginChoice): AdmissionPlugin[] {
  const { enableAdmissionPlugins: on, disableAdmissionPlugins: off } = choice;
  checkNames('enable-admission-plugins', on);
  checkNames('disable-admission-plugins', off);
  const both = on.filter((name) => off.includes(name));
  if (both.length > 0)
    throw new Error(`${both.join(', ')} in enable-admission-plugins and disable-admission-plugins overlapped`);
  return admissionPlugins.filter(
    ({ name, offByDefault }) => on.includes(name) || !(offByDefault || off.includes(name)),
  );
}

function checkNames(flag: string, names: readonly string[]): void {
  const unknown = names.find((name) => !admissionPlugins.some((plugin) => plugin.name === name));
  if (unknown !== undefined) throw new Error(`${flag} plugin "${unknown}" is unknown`);
}
