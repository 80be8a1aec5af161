/**
 * missing: no such program; denied: not root; timeout: killed, so the outcome is unknown; busy: the lock was held too
 * long; refused: iptables-restore rejected the input, and nothing of the failing table was changed; parse: iptables-save
 * printed what we cannot read.
 */
export type IptablesErrorCode = 'missing' | 'denied' | 'timeout' | 'busy' | 'refused' | 'parse';

export class IptablesError extends Error {
  override readonly name = 'IptablesError';
  readonly code: IptablesErrorCode;
  /** The line of the input (from 1) that was blamed, and its text. */
  readonly line: number | undefined;
  readonly text: string | undefined;

  constructor(
    code: IptablesErrorCode,
    message: string,
    at: { readonly line?: number | undefined; readonly text?: string | undefined; readonly cause?: unknown } = {},
  ) {
    super(message, at.cause === undefined ? undefined : { cause: at.cause });
    this.code = code;
    this.line = at.line;
    this.text = at.text;
  }
}
