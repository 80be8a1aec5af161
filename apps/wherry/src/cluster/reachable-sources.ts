import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const STATIC = /^(?:import|export)\s(?!type\b)[\w\s{},*$]*?'((?:\.|@wherry\/)[^']+)'/gm;
const LATER = /\bimport\('((?:\.|@wherry\/)[^']+)'\)/g;

/** Paths of our sources that `main` imports, directly or not, at once or later; not main itself. */
export function reachableFrom(main: string): Set<string> {
  const found = new Set([main]);
  for (const path of found) {
    const { resolve } = createRequire(path);
    for (const specifier of importedBy(readFileSync(path, 'utf8'))) found.add(resolve(specifier));
  }
  found.delete(main);
  return found;
}

/** What a source imports, of our own: paths and packages' names. Types alone do not count. */
export function importedBy(source: string): string[] {
  return [STATIC, LATER].flatMap((pattern) => [...source.matchAll(pattern)].map((match) => match[1]!));
}
