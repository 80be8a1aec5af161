import type { ListMeta } from '@wherry/apimachinery';
import type { Entry } from '../cache/entry.ts';
import { joinPieces, type Piece } from '../cache/piece.ts';
import type { JsonForm } from './json-form.ts';
import type { View } from './view.ts';
import { yamlOf, yamlParts } from './yaml.ts';

/** The JSON of a form, as YAML. There are no watches in YAML. */
export function createYamlView(form: JsonForm): View {
  const none = (): never => {
    throw new Error('there is no watch in YAML');
  };
  return {
    name: `yaml ${form.name}`,
    contentType: 'application/yaml',
    watchContentType: 'application/yaml',
    one: (entry) => Buffer.from(yamlOf(parsed(form.one(entry)))),
    list: (entries, meta) => ({ body: listOf(form, entries, meta) }),
    frame: none,
    bookmark: none,
    failure: none,
  };
}

function* listOf(form: JsonForm, entries: readonly Entry[], meta: ListMeta): Iterable<Buffer> {
  const list = JSON.parse(`${form.head(meta)}]}`) as Record<string, unknown>;
  const items = (function* () {
    for (const entry of entries) yield parsed(form.item(entry));
  })();
  for (const part of yamlParts(list, items)) yield Buffer.from(part);
}

function parsed(pieces: readonly Piece[]): unknown {
  return JSON.parse(joinPieces(pieces).toString());
}
