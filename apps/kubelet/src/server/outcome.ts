import type { Outcome } from './remote-session.ts';

export const success: Outcome = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' };

/** How upstream reports a command that failed: kubectl takes the exit code from the cause. */
export function exitStatus(exitCode: number): Outcome {
  if (exitCode === 0) return success;
  return {
    ...success,
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${exitCode}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  };
}

export function failureStatus(message: string): Outcome {
  return { ...success, status: 'Failure', message, reason: 'InternalError', code: 500 };
}
