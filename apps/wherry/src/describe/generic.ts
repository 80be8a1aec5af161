import { goText } from '../printing/go-text.ts';
import type { Unstructured } from '../resources/unstructured.ts';
import { annotationLines, labelLines, type Page } from './page.ts';

const shownAbove = new Set([
  '.metadata.name',
  '.metadata.namespace',
  '.metadata.labels',
  '.metadata.annotations',
  '.metadata.managedFields',
]);

/** Any kind: its metadata, and then all of its fields with their names spelled out. */
export function describeAnything(page: Page, object: Unstructured): void {
  page.line(0, `Name:\t${object.metadata.name ?? ''}`);
  page.line(0, `Namespace:\t${object.metadata.namespace ?? ''}`);
  labelLines(page, 'Labels', object.metadata.labels);
  annotationLines(page, 'Annotations', object.metadata.annotations);
  fieldLines(page, 0, object, '');
}

function fieldLines(page: Page, level: number, object: object, path: string): void {
  for (const [name, value] of Object.entries(object).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const at = `${path}.${name}`;
    if (shownAbove.has(at)) continue;
    const label = fieldLabel(name);
    if (Array.isArray(value)) {
      page.line(level, `${label}:`);
      for (const item of value as unknown[]) {
        if (typeof item === 'object' && item !== null) fieldLines(page, level + 1, item, at);
        else page.line(level + 1, goText(item));
      }
    } else if (typeof value === 'object' && value !== null) {
      page.line(level, `${label}:`);
      fieldLines(page, level + 1, value as object, at);
    } else {
      page.line(level, `${label}:\t${goText(value)}`);
    }
  }
}

const acronyms = new Set(['API', 'URL', 'UID', 'OSB', 'GUID']);

/** `lastTransitionTime` becomes `Last Transition Time`; a name that is no word stays as it is. */
export function fieldLabel(name: string): string {
  if (/[^\p{L}-]/u.test(name)) return name;
  const words = name.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|-+/gu) ?? [name];
  return words
    .map((word) =>
      acronyms.has(word.toUpperCase()) ? word.toUpperCase() : word.charAt(0).toUpperCase() + word.slice(1),
    )
    .join(' ');
}
