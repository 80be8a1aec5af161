import { escapeJson } from './json.ts';
import { makePrinter, withoutManagedFields, type Printer, type PrinterOptions } from './printer.ts';

/** Prints what kubectl reads into a type of its own: as JSON its fields come in the type's order, kind first. */
export async function makeTypedPrinter(options: PrinterOptions): Promise<Printer> {
  if (options.output !== 'json') return await makePrinter(options);
  return {
    print: (object) => {
      const { kind, apiVersion, metadata, ...rest } =
        options.showManagedFields || !object.metadata ? object : withoutManagedFields(object);
      return `${escapeJson(JSON.stringify({ kind, apiVersion, metadata, ...rest }, null, 4))}\n`;
    },
  };
}
