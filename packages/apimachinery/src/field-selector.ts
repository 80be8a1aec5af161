import { badRequest } from './status.ts';

export interface FieldRequirement {
  field: string;
  op: '=' | '!=';
  value: string;
}

/**
 * `metadata.name=a,status.phase!=Running`; `\,`, `\=` and `\\` escape.
 * @throws StatusError 400 with upstream's words
 */
export function parseFieldSelector(text: string): FieldRequirement[] {
  const requirements: FieldRequirement[] = [];
  for (const term of splitTerms(text)) {
    if (term === '') continue;
    const split = splitTerm(term);
    if (split === undefined) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
    requirements.push({ ...split, value: unescapeValue(split.value) });
  }
  return requirements;
}

export function matchesFields(
  requirements: readonly FieldRequirement[],
  valueOf: (field: string) => string | undefined,
): boolean {
  return requirements.every(({ field, op, value }) => ((valueOf(field) ?? '') === value) === (op === '='));
}

export function formatFieldSelector(requirements: readonly FieldRequirement[]): string {
  return requirements.map(({ field, op, value }) => `${field}${op}${value.replaceAll(/[\\,=]/g, '\\$&')}`).join(',');
}

function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '\\') at++;
    else if (char === ',') {
      terms.push(text.slice(start, at));
      start = at + 1;
    }
  }
  terms.push(text.slice(start));
  return terms;
}

function splitTerm(term: string): FieldRequirement | undefined {
  for (let at = 0; at < term.length; at++) {
    for (const operator of ['!=', '==', '='] as const) {
      if (!term.startsWith(operator, at)) continue;
      const value = term.slice(at + operator.length);
      return { field: term.slice(0, at), op: operator === '!=' ? '!=' : '=', value };
    }
  }
  return undefined;
}

function unescapeValue(value: string): string {
  let text = '';
  for (let at = 0; at < value.length; at++) {
    let char = value.charAt(at);
    if (char === '\\') {
      char = value.charAt(++at);
      if (char === '') throw badRequest(`invalid field selector: escape sequence \\ at end of input`);
      if (!['\\', ',', '='].includes(char))
        throw badRequest(`invalid field selector: invalid escape sequence: \\${char}`);
    } else if (char === '=') {
      throw badRequest(`invalid field selector: unescaped character in value: =`);
    }
    text += char;
  }
  return text;
}
