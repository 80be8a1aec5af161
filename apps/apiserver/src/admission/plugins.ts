import type { AdmissionPlugin } from './chain.ts';
import { customResourceDefinitionRules } from './custom-resource-definitions.ts';
import { defaultTolerationSeconds } from './default-toleration-seconds.ts';
import { limitRanger } from './limit-ranger.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import { podSecurity } from './pod-security/pod-security.ts';
import { priority } from './priority.ts';
import { resourceQuota } from './resource-quota.ts';
import { serviceAccount } from './service-account.ts';

/** In the order of running, which is upstream's. */
const admissionPlugins: readonly AdmissionPlugin[] = [
  customResourceDefinitionRules,
  namespaceLifecycle,
  limitRanger,
  serviceAccount,
  podSecurity,
  priority,
  defaultTolerationSeconds,
  resourceQuota,
];

/** @throws {Error} for a name that no plugin has */
export function admissionPluginsWithout(names: readonly string[]): AdmissionPlugin[] {
  const unknown = names.find((name) => !admissionPlugins.some((plugin) => plugin.name === name));
  if (unknown !== undefined) throw new Error(`disable-admission-plugins plugin "${unknown}" is unknown`);
  return admissionPlugins.filter((plugin) => !names.includes(plugin.name));
}
