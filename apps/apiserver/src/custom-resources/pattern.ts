import { RE2JS } from 're2js';

/** A pattern as a test of a text, in time linear in its length (RE2). Throws an Error in Go's words. */
export function compilePattern(pattern: string): (text: string) => boolean {
  const compiled = RE2JS.compile(pattern);
  return (text) => compiled.matcher(text).find();
}
