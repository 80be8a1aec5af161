import { readFileSync, readdirSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';

export interface Manifest {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: { readonly name: string };
}

/** One file of the corpus: manifests that belong together. */
export interface CorpusFile {
  readonly name: string;
  /** Custom resource definitions come first, and are waited for. */
  readonly definitions: readonly Manifest[];
  readonly manifests: readonly Manifest[];
}

const folder = new URL('./corpus/', import.meta.url).pathname;

export function readCorpus(): CorpusFile[] {
  return readdirSync(folder)
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((name) => {
      const all = parseAllDocuments(readFileSync(folder + name, 'utf8'))
        .map((document) => document.toJS() as Manifest & { items?: Manifest[] })
        .flatMap((manifest) => manifest.items ?? [manifest]);
      const isDefinition = ({ kind }: Manifest): boolean => kind === 'CustomResourceDefinition';
      return {
        name: name.replace(/\.yaml$/, ''),
        definitions: all.filter(isDefinition),
        manifests: all.filter((manifest) => !isDefinition(manifest)),
      };
    });
}

/** As JSON, which keeps `__proto__` the key that it is. */
export function listOf(manifests: readonly Manifest[]): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests });
}
