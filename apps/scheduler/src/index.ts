export { schedulerInformers } from './informers.ts';
export { createSchedulerMetrics } from './metrics.ts';
export { defaultPlugins } from './plugins/index.ts';
export { Scheduler } from './scheduler.ts';
export { writeBack } from './write-back.ts';
