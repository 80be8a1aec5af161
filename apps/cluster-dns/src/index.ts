export { answer, type Answer, type Question } from './core/answer.ts';
export { ClusterIndex, type Snapshot } from './core/cluster-index.ts';
export type { ZoneConfig } from './core/zone.ts';
