import type { Status } from '@wherry/apimachinery';

/** Said as `error: MESSAGE`; the process ends with `exitCode`. */
export class CliError extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** A command line that cannot be right: the message is followed by where the help is. */
export class UsageError extends CliError {}

/** Said as it is, without `error:` before it. */
export class SaidError extends Error {}

/** Ends the process with a code and says nothing more. */
export class SilentExit extends Error {
  readonly exitCode: number;
  constructor(exitCode: number) {
    super(`exit ${exitCode}`);
    this.exitCode = exitCode;
  }
}

/** Several failures of one command: each is said on a line of its own. */
export class SeveralErrors extends Error {
  readonly errors: readonly unknown[];
  constructor(errors: readonly unknown[]) {
    super(`${errors.length} errors`);
    this.errors = errors;
  }
}

/** Throws what was gathered, if anything was. */
export function throwGathered(errors: readonly unknown[]): void {
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new SeveralErrors(errors);
}

/** The Status of an error that a server answered with; read by shape, so that no client code need be loaded. */
export function statusOf(error: unknown): Status | undefined {
  if (!(error instanceof Error) || !('status' in error)) return undefined;
  const status = error.status;
  return typeof status === 'object' && status !== null && 'kind' in status && status.kind === 'Status'
    ? (status as Status)
    : undefined;
}

/** A failure of the server's while `verb` (creating, applying, ...) something from `source`. */
export function withSource(error: unknown, verb: string, source: string): unknown {
  const status = statusOf(error);
  if (!status) return error;
  const message = `error when ${verb} ${JSON.stringify(source)}: ${status.message ?? ''}`;
  return Object.assign(new Error(message), { status: { ...status, message } });
}

export function isStatusReason(error: unknown, reason: string): boolean {
  return statusOf(error)?.reason === reason;
}

/** The lines that say what went wrong, in kubectl's words, and the exit code. */
export function explainError(error: unknown, usageOf: string): { text: string; exitCode: number } {
  if (error instanceof SilentExit) return { text: '', exitCode: error.exitCode };
  if (error instanceof SeveralErrors) {
    return { text: error.errors.map((e) => explainOneOf(e, usageOf)).join(''), exitCode: 1 };
  }
  if (error instanceof UsageError) {
    return { text: `error: ${error.message}\nSee '${usageOf} --help' for usage.\n`, exitCode: error.exitCode };
  }
  if (error instanceof SaidError) return { text: `${error.message}\n`, exitCode: 1 };
  if (error instanceof CliError) return { text: `error: ${error.message}\n`, exitCode: error.exitCode };
  const status = statusOf(error);
  if (status) return { text: `${explainStatus(status)}\n`, exitCode: 1 };
  return { text: `${explainFailure(error)}\n`, exitCode: 1 };
}

/** Among several errors one that is invalid is not taken apart into its fields. */
function explainOneOf(error: unknown, usageOf: string): string {
  const status = statusOf(error);
  if (status?.reason !== 'Invalid') return explainError(error, usageOf).text;
  return `Error from server (Invalid): ${status.message ?? ''}\n`;
}

export function explainStatus(status: Status): string {
  const message = status.message ?? '';
  if (status.reason === 'Invalid') return explainInvalid(status);
  if (status.reason === 'Unauthorized') return `error: You must be logged in to the server (${message})`;
  return status.reason ? `Error from server (${status.reason}): ${message}` : `Error from server: ${message}`;
}

function explainInvalid(status: Status): string {
  const {
    kind,
    name,
    causes = [],
  } = (status.details ?? {}) as {
    kind?: string;
    name?: string;
    causes?: { field?: string; message?: string }[];
  };
  const subject =
    !kind && !name ? 'The request is invalid' : `The ${kind ?? ''} ${JSON.stringify(name ?? '')} is invalid`;
  const lines = [...new Set(causes.map((c) => (c.field ? `${c.field}: ${c.message}` : `${c.message}`)))];
  if (lines.length === 0) return !kind && !name && status.message ? `${subject}: ${status.message}` : subject;
  return lines.length === 1 ? `${subject}: ${lines[0]}` : `${subject}: \n${lines.map((l) => `* ${l}`).join('\n')}`;
}

function explainFailure(error: unknown): string {
  const root = rootCause(error);
  const code = 'code' in root && typeof root.code === 'string' ? root.code : '';
  if (code === 'ECONNREFUSED') {
    const { address, port } = root as { address?: string; port?: number };
    const server = address === undefined ? 'server' : `${address.includes(':') ? `[${address}]` : address}:${port}`;
    return `The connection to the server ${server} was refused - did you specify the right host or port?`;
  }
  const unreachable = ['ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'ECONNRESET', 'EAI_AGAIN'];
  if (unreachable.includes(code) || /CERT|SSL|TLS|SELF_SIGNED/.test(code) || code.startsWith('UND_ERR')) {
    return `Unable to connect to the server: ${root.message}`;
  }
  return `error: ${root.message}`;
}

function rootCause(error: unknown): Error {
  let at = error;
  for (let depth = 0; depth < 8; depth++) {
    if (at instanceof AggregateError && at.errors.length > 0) at = at.errors[0];
    else if (at instanceof Error && at.cause instanceof Error) at = at.cause;
    else break;
  }
  return at instanceof Error ? at : new Error(String(at));
}
