import { destination, pino, stdTimeFunctions, type Logger } from 'pino';

export type { Logger } from 'pino';

export interface LoggerOptions {
  /** Verbosity as upstream's --v: 4 and more is debug, 6 and more is trace. */
  readonly v?: number | undefined;
  /** Appended to; standard error when absent. */
  readonly file?: string | undefined;
}

/** JSON lines. Written synchronously, so that the last words of a dying daemon are there. */
export function createLogger(name: string, options: LoggerOptions = {}): Logger {
  const v = options.v ?? 0;
  const level = v >= 6 ? 'trace' : v >= 4 ? 'debug' : 'info';
  const to = destination({ dest: options.file ?? 2, append: true, mkdir: true, sync: true });
  return pino({ name, level, timestamp: stdTimeFunctions.isoTime, base: { name, pid: process.pid } }, to);
}
