export type { ProxyConfig } from './core/config.ts';
export type { ServiceView } from './core/rule-set.ts';
export { cleanUp } from './shell/cleanup.ts';
export { UdpFlowCleaner } from './shell/conntrack.ts';
export { Proxier } from './shell/proxier.ts';
export { neededSysctls } from './shell/sysctls.ts';
