import { readFile } from 'node:fs/promises';
import { CliError } from '../cli/errors.ts';
import { singularName } from '../resources/mapping.ts';
import { field, type Unstructured } from '../resources/unstructured.ts';
import { toJson } from './json.ts';
import { toYaml } from './yaml.ts';

/** Prints one object, or one List, in the format that -o asked for. */
export interface Printer {
  print(object: Unstructured): string;
}

export interface PrinterOptions {
  readonly output: string;
  readonly template?: string;
  readonly allowMissingKeys?: boolean;
  readonly showManagedFields?: boolean;
  readonly noHeaders?: boolean;
  /** What the command takes beside the usual ones: `wide`. */
  readonly alsoAllowed?: readonly string[];
}

export const dataFormats = [
  'json',
  'yaml',
  'name',
  'go-template',
  'go-template-file',
  'template',
  'templatefile',
  'jsonpath',
  'jsonpath-as-json',
  'jsonpath-file',
];

/** Splits `jsonpath={.x}` into its format and argument. */
export function splitOutput(output: string): { format: string; argument: string } {
  const equals = output.indexOf('=');
  return equals < 0
    ? { format: output, argument: '' }
    : { format: output.slice(0, equals), argument: output.slice(equals + 1) };
}

/** Throws CliError when the format is not one of the known ones. */
export async function makePrinter(options: PrinterOptions): Promise<Printer> {
  const { format, argument } = splitOutput(options.output);
  const template = argument || options.template || '';
  const strip = (object: Unstructured): Unstructured =>
    options.showManagedFields ? object : withoutManagedFields(object);
  switch (format) {
    case 'json':
      return { print: (object) => toJson(strip(object)) };
    case 'yaml':
      return yamlPrinter(strip);
    case 'name':
      return {
        print: (object) =>
          itemsOf(object)
            .map((item) => `${nameOf(item)}\n`)
            .join(''),
      };
    case 'jsonpath':
    case 'jsonpath-as-json':
    case 'jsonpath-file': {
      if (!template) throw new CliError(`template format specified but no template given`);
      const text = format === 'jsonpath-file' ? await readTemplate(template) : template;
      return await jsonPathPrinter(text, format === 'jsonpath-as-json', options.allowMissingKeys ?? true);
    }
    case 'go-template':
    case 'template':
    case 'go-template-file':
    case 'templatefile': {
      if (!template) throw new CliError(`template format specified but no template given`);
      const text = format.endsWith('file') ? await readTemplate(template) : template;
      return await goTemplatePrinter(text);
    }
    default: {
      const allowed = [...dataFormats, ...(options.alsoAllowed ?? [])].toSorted().join(',');
      throw new CliError(
        `unable to match a printer suitable for the output format ${JSON.stringify(format)}, allowed formats are: ${allowed}`,
      );
    }
  }
}

function yamlPrinter(strip: (object: Unstructured) => Unstructured): Printer {
  let printed = 0;
  return { print: (object) => `${printed++ === 0 ? '' : '---\n'}${toYaml(strip(object))}` };
}

async function jsonPathPrinter(text: string, asJson: boolean, allowMissingKeys: boolean): Promise<Printer> {
  const [{ parseTemplate, JsonPathError }, { evaluateTemplate, printTemplate }] = await Promise.all([
    import('../jsonpath/parse.ts'),
    import('../jsonpath/evaluate.ts'),
  ]);
  const explain = <T>(what: string, act: () => T): T => {
    try {
      return act();
    } catch (error) {
      if (error instanceof JsonPathError) throw new CliError(`${what}${error.message}`);
      throw error;
    }
  };
  const nodes = explain(`error parsing jsonpath ${text}, `, () => parseTemplate(text));
  return {
    print: (object) =>
      explain(`error executing jsonpath ${JSON.stringify(text)}: Error executing template: `, () =>
        asJson
          ? evaluateTemplate(nodes, object, { allowMissingKeys })
              .map((values) => toJson(values))
              .join('')
          : printTemplate(nodes, object, { allowMissingKeys }),
      ),
  };
}

async function goTemplatePrinter(text: string): Promise<Printer> {
  const { parseGoTemplate, executeGoTemplate, TemplateError } = await import('../go-template/template.ts');
  try {
    const parsed = parseGoTemplate(text);
    return {
      print: (object) => {
        try {
          return executeGoTemplate(parsed, object);
        } catch (error) {
          if (error instanceof TemplateError)
            throw new CliError(`error executing template ${JSON.stringify(text)}: ${error.message}`);
          throw error;
        }
      },
    };
  } catch (error) {
    if (error instanceof TemplateError) throw new CliError(`error parsing template ${text}, ${error.message}`);
    throw error;
  }
}

async function readTemplate(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new CliError(`error reading --template ${path}, ${(cause as Error).message}`);
  }
}

export function itemsOf(object: Unstructured): Unstructured[] {
  return object.kind.endsWith('List') && Array.isArray(object['items'])
    ? (object['items'] as Unstructured[])
    : [object];
}

/** `deployment.apps/web`, from the object alone. */
export function nameOf(object: Unstructured): string {
  const slash = object.apiVersion.indexOf('/');
  const group = slash < 0 ? '' : object.apiVersion.slice(0, slash);
  return `${singularName({ kind: object.kind, group })}/${object.metadata.name || '<unknown>'}`;
}

export function withoutManagedFields(object: Unstructured): Unstructured {
  if (Array.isArray(object['items'])) {
    return { ...object, items: (object['items'] as Unstructured[]).map(withoutManagedFields) };
  }
  if (field(object, 'metadata', 'managedFields') === undefined) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** The List that several objects are printed as. */
export function listOf(items: readonly Unstructured[]): Unstructured {
  return { apiVersion: 'v1', items: [...items], kind: 'List', metadata: { resourceVersion: '' } };
}
