import { badRequest, checkDepth } from '@wherry/apimachinery';
import type { CST, Document, Parser } from 'yaml';
import { isTurnOver, nextTurn } from '../cache/turns.ts';

/** Bounds on what a body may ask of the parser, which is slow beside JSON's. */
const MAX_TOKENS = 200_000;
const MAX_DEPTH = 500;
const MAX_ALIASES = 100;
const STEP_TOKENS = 64;

export interface ReadYaml {
  value: unknown;
  /** Keys that stood twice, of which the last counts. */
  duplicates: string[];
}

/** The first document of a text; JSON is YAML too. Lets others go on while it reads. Throws 400. */
export async function readYaml(text: string): Promise<ReadYaml> {
  const { Composer, Lexer, Parser } = await import('yaml');
  const tokens = await tokensOf(text, new Lexer(), new Parser());
  // The library compares each key with all others: done here once, below.
  const composer = new Composer({ uniqueKeys: false });
  const [document] = composer.compose(tokens, true, text.length);
  if (document === undefined) return { value: undefined, duplicates: [] };
  const problem = document.errors[0];
  if (problem) throw unreadable(problem.message.split('\n', 1)[0] ?? '');
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    throw unreadable((error as Error).message);
  }
  checkDepth(value);
  return { value, duplicates: await duplicateKeys(document) };
}

async function tokensOf(
  text: string,
  lexer: { lex(source: string): Iterable<string> },
  parser: Parser,
): Promise<CST.Token[]> {
  const tokens: CST.Token[] = [];
  let count = 0;
  for (const lexeme of lexer.lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (parser.stack.length > MAX_DEPTH) throw unreadable(`exceeded max depth of ${MAX_DEPTH}`);
    if (++count > MAX_TOKENS) throw unreadable(`more than ${MAX_TOKENS} tokens: send it as JSON`);
    if (count % STEP_TOKENS === 0 && isTurnOver()) await nextTurn();
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}

async function duplicateKeys(document: Document): Promise<string[]> {
  const { isScalar, visit } = await import('yaml');
  const found: string[] = [];
  visit(document, {
    Map(_key, map) {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) found.push(`key ${JSON.stringify(key.value)} already set in map`);
        seen.add(key.value);
      }
    },
  });
  return found;
}

function unreadable(why: string) {
  return badRequest(`error converting YAML to JSON: yaml: ${why}`);
}
