import { CliError } from '../cli/errors.ts';

const policies: Readonly<Record<string, string>> = {
  background: 'Background',
  foreground: 'Foreground',
  orphan: 'Orphan',
  // The old spelling of a boolean flag.
  true: 'Background',
  false: 'Orphan',
};

/** --cascade as DeleteOptions.propagationPolicy. */
export function readCascade(text: string): string {
  const policy = policies[text];
  if (!policy) {
    throw new CliError(`invalid cascade value (${text}). Must be "background", "foreground", or "orphan"`);
  }
  return policy;
}
