import { CliError } from '../cli/errors.ts';
import { bool, string } from '../cli/flags.ts';
import { makePrinter, type Printer } from '../printing/printer.ts';
import { singularName, type ApiResource } from '../resources/mapping.ts';
import type { Unstructured } from '../resources/unstructured.ts';

export const outputFlags = {
  'allow-missing-template-keys': bool(
    'If true, ignore any errors in templates when a field or map key is missing in the template.',
    true,
  ),
  output: string(
    'Output format. One of: (json, yaml, name, go-template, go-template-file, template, templatefile, jsonpath, jsonpath-as-json, jsonpath-file).',
    '',
    { short: 'o' },
  ),
  'show-managed-fields': bool('If true, keep the managedFields when printing objects in JSON or YAML format.'),
  template: string('Template string or path to template file to use when -o=go-template, -o=go-template-file.'),
};

export const dryRunFlag = {
  'dry-run': string(
    'Must be "none", "server", or "client". If client strategy, only print the object that would be sent, without sending it. If server strategy, submit server-side request without persisting the resource.',
    'none',
    { bare: 'unchanged' },
  ),
};

export const validateFlag = {
  validate: string(
    'Must be one of: strict (or true), warn, ignore (or false). What the server does with unknown and duplicate fields.',
    'strict',
    { bare: 'strict' },
  ),
};

export type DryRun = 'none' | 'client' | 'server';

export function readDryRun(text: string): DryRun {
  if (text === 'none' || text === 'client' || text === 'server') return text;
  if (text === 'unchanged') return 'client';
  throw new CliError(`Invalid dry-run value (${text}). Must be "none", "server", or "client".`);
}

/** The query parameters of a write. */
export function writeQuery(
  dryRun: DryRun,
  fieldManager: string,
  validate?: string,
): Record<string, string | undefined> {
  return {
    dryRun: dryRun === 'server' ? 'All' : undefined,
    fieldManager,
    fieldValidation: validate === undefined ? undefined : readValidate(validate),
  };
}

function readValidate(text: string): string {
  switch (text.toLowerCase()) {
    case 'strict':
    case 'true':
      return 'Strict';
    case 'warn':
      return 'Warn';
    case 'ignore':
    case 'false':
      return 'Ignore';
    default:
      throw new CliError(`invalid - validate option ${JSON.stringify(text)}`);
  }
}

interface OutcomeFlags {
  readonly output: string;
  readonly template: string;
  readonly 'allow-missing-template-keys': boolean;
  readonly 'show-managed-fields': boolean;
}

/** Says what was done to an object, in words or in the format that -o asked for. */
export class Outcome {
  readonly #printer: Printer | undefined;
  readonly #out: (text: string) => void;
  readonly #suffix: string;

  private constructor(printer: Printer | undefined, out: (text: string) => void, dryRun: DryRun) {
    this.#printer = printer;
    this.#out = out;
    this.#suffix = dryRun === 'none' ? '' : dryRun === 'client' ? ' (dry run)' : ' (server dry run)';
  }

  static async of(
    invocation: { readonly flags: OutcomeFlags; readonly out: (text: string) => void },
    dryRun: DryRun = 'none',
  ): Promise<Outcome> {
    const { flags, out } = invocation;
    const printer = flags.output
      ? await makePrinter({
          output: flags.output,
          template: flags.template,
          allowMissingKeys: flags['allow-missing-template-keys'],
          showManagedFields: flags['show-managed-fields'],
        })
      : undefined;
    return new Outcome(printer, out, dryRun);
  }

  /** `deployment.apps/web scaled`. */
  say(resource: ApiResource, object: Unstructured, operation: string): void {
    if (this.#printer) this.#out(this.#printer.print(object));
    else this.#out(`${singularName(resource)}/${object.metadata.name ?? ''} ${operation}${this.#suffix}\n`);
  }
}
