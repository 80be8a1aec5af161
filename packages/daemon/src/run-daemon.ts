import type { Registry } from 'prom-client';
import type { FlagTable, FlagValues } from './flags.ts';
import { Health } from './health.ts';
import { createLogger, type Logger } from './logger.ts';
import { FlagError, parseFlags, type CommonValues } from './parse-flags.ts';
import { settle } from './settle.ts';
import { versionInfo, type VersionInfo } from './version.ts';

export interface DaemonContext<F> {
  readonly flags: FlagValues<F> & CommonValues;
  readonly log: Logger;
  /** Ends at SIGTERM or SIGINT: finish, close, and return from `run`. */
  readonly signal: AbortSignal;
  readonly health: Health;
  readonly metrics: Registry;
  readonly version: VersionInfo;
}

export interface DaemonSpec<F extends FlagTable> {
  readonly name: string;
  readonly description: string;
  readonly flags: F;
  /** Does the daemon's work until the signal ends. To return or throw before that ends the daemon with an error. */
  run(context: DaemonContext<F>): Promise<void>;
  /** How long `run` may take to return after a signal. */
  readonly stopTimeoutMs?: number | undefined;
}

const defaultStopTimeoutMs = 10_000;
/** By then a daemon has loaded what it will. */
const startUpMs = 10_000;

/**
 * The life of a daemon's process: flags, logger, signals, graceful stop. Exit codes: 0 stopped by a signal, 1 failed,
 * or stopped by a second signal, or too slow to stop.
 */
export function runDaemon<F extends FlagTable>(
  spec: DaemonSpec<F>,
  argv: readonly string[] = process.argv.slice(2),
): void {
  void live(spec, argv);
}

async function live<F extends FlagTable>(spec: DaemonSpec<F>, argv: readonly string[]): Promise<never> {
  const flags = await readFlags(spec, argv);
  const log = createLogger(spec.name, { v: flags.v, file: flags.logFile });
  const die = (error: unknown, what: string): never => {
    log.fatal({ err: error }, what);
    process.exit(1);
  };
  process.on('uncaughtException', (error) => die(error, 'uncaught exception'));
  process.on('unhandledRejection', (reason) => die(reason, 'unhandled rejection'));
  const signal = stopSignal(log, spec.stopTimeoutMs ?? defaultStopTimeoutMs);
  try {
    const { createMetrics } = await import('./metrics.ts');
    log.info({ version: versionInfo.gitVersion, node: process.version }, 'starting');
    setTimeout(settle, startUpMs).unref();
    await spec.run({ flags, log, signal, health: new Health(), metrics: createMetrics(), version: versionInfo });
  } catch (error) {
    if (!signal.aborted || !isAbort(error, signal)) return die(error, 'failed');
  }
  if (!signal.aborted) return die(undefined, 'ended without having been told to');
  log.info('stopped');
  process.exit(0);
}

async function readFlags<F extends FlagTable>(
  spec: DaemonSpec<F>,
  argv: readonly string[],
): Promise<FlagValues<F> & CommonValues> {
  try {
    return await parseFlags({ ...spec, version: versionInfo.gitVersion }, spec.flags, argv);
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    process.stderr.write(`error: ${error.message}\n`);
    process.exit(1);
  }
}

function stopSignal(log: Logger, timeoutMs: number): AbortSignal {
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) {
      log.warn({ signal: name }, 'second signal, exiting at once');
      process.exit(1);
    }
    log.info({ signal: name }, 'stopping');
    setTimeout(() => {
      log.error({ timeoutMs }, 'not stopped in time, exiting');
      process.exit(1);
    }, timeoutMs).unref();
    controller.abort(new DOMException(`stopped by ${name}`, 'AbortError'));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  return controller.signal;
}

function isAbort(error: unknown, signal: AbortSignal): boolean {
  return error === signal.reason || (error instanceof Error && error.name === 'AbortError');
}
