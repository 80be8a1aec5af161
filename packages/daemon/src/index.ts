export {
  booleanFlag,
  durationFlag,
  integerFlag,
  listFlag,
  mapFlag,
  parseDuration,
  stringFlag,
  type FlagSpec,
  type FlagTable,
  type FlagValues,
} from './flags.ts';
export { Health, type Check, type HealthAnswer } from './health.ts';
export { createLogger, type Logger, type LoggerOptions } from './logger.ts';
export { FlagError, parseFlags } from './parse-flags.ts';
export { runDaemon, type DaemonContext, type DaemonSpec } from './run-daemon.ts';
export { serveHealth, type HealthServer, type ServeHealthOptions, type ServingTls } from './serve-health.ts';
export { versionInfo, type VersionInfo } from './version.ts';
