import type { KubeconfigFile } from '@wherry/client';
import { CliError } from '../cli/errors.ts';
import { deleteEntry, hasEntry, setEntry } from './edit.ts';
import { sections, shapes, type FieldType, type SectionName } from './shape.ts';

/** `clusters.my.cluster.server`, taken apart. Pure. */
type Property =
  | { readonly kind: 'current-context' }
  | { readonly kind: 'entry'; readonly section: SectionName; readonly name: string; readonly field: string };

/** Names may hold dots: of those that are there the longest that fits is meant. */
function parseProperty(file: KubeconfigFile, path: string): Property {
  if (path === 'current-context') return { kind: 'current-context' };
  const dot = path.indexOf('.');
  const section = (dot < 0 ? path : path.slice(0, dot)) as SectionName;
  if (!Object.hasOwn(sections, section)) throw new CliError(`unable to parse ${path} after [] at api.Config`);
  const rest = dot < 0 ? '' : path.slice(dot + 1);
  const known = (file[section] ?? [])
    .map(({ name }) => name)
    .filter((name) => rest === name || rest.startsWith(`${name}.`))
    .toSorted((a, b) => b.length - a.length)[0];
  const name = known ?? rest.split('.', 1)[0] ?? '';
  return { kind: 'entry', section, name, field: rest.slice(name.length + 1) };
}

export function setProperty(file: KubeconfigFile, path: string, text: string, rawBytes: boolean): KubeconfigFile {
  const property = parseProperty(file, path);
  if (property.kind === 'current-context') return { ...file, 'current-context': text };
  const { section, name, field } = property;
  const type = Object.hasOwn(shapes[section].fields, field) ? shapes[section].fields[field] : undefined;
  if (name === '' || type === undefined) throw new CliError("can't set a map to a value: map[]");
  return setEntry(file, section, name, { [field]: read(type, text, rawBytes) });
}

export function unsetProperty(file: KubeconfigFile, path: string): KubeconfigFile {
  const property = parseProperty(file, path);
  if (property.kind === 'current-context') return { ...file, 'current-context': '' };
  const { section, name, field } = property;
  if (name === '') return { ...file, [section]: [] };
  if (!hasEntry(file, section, name)) return file;
  return field === '' ? deleteEntry(file, section, name) : setEntry(file, section, name, { [field]: '' });
}

function read(type: FieldType, text: string, rawBytes: boolean): string | boolean | string[] {
  switch (type) {
    case 'string':
      return text;
    case 'list':
      return text.split(',');
    case 'bool': {
      if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text)) return true;
      // An absent flag is a false one.
      if (['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(text)) return '';
      throw new CliError(`strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`);
    }
    case 'bytes': {
      if (rawBytes) return Buffer.from(text).toString('base64');
      const bytes = Buffer.from(text, 'base64');
      if (bytes.toString('base64').replace(/=+$/, '') !== text.trim().replace(/=+$/, ''))
        throw new CliError(`error decoding input value: illegal base64 data`);
      return text.trim();
    }
  }
}
