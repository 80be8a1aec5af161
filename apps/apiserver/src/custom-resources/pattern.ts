import { RE2JS } from 're2js';

/** The same few patterns stand all over the definitions of a project, and compiling one takes most of a millisecond. */
const MAX_PATTERNS = 500;
const compiled = new Map<string, RE2JS>();

/** A regular expression that takes time linear in the text (RE2). Throws an Error in Go's words. */
export function compilePattern(pattern: string): RE2JS {
  let known = compiled.get(pattern);
  if (known === undefined) {
    known = RE2JS.compile(pattern);
    if (compiled.size >= MAX_PATTERNS) compiled.clear();
    compiled.set(pattern, known);
  }
  return known;
}
