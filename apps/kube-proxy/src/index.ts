export type { ProxyConfig } from './core/config.ts';
export type { ServiceView, Surroundings } from './core/rule-set.ts';
export { policyPodOf, type PolicyView, slimPod } from './core/policy/policy-view.ts';
export { HealthCheckServers } from './shell/health-check-servers.ts';
export { cleanUp } from './shell/cleanup.ts';
export { UdpFlowCleaner } from './shell/conntrack.ts';
export { Proxier } from './shell/proxier.ts';
export { neededSysctls } from './shell/sysctls.ts';
