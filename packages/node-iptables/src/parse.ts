import { IptablesError } from './errors.ts';
import type { Chain, Match, Observed, Option, Rule, TableName, Target } from './model.ts';
import { tableNames } from './model.ts';

/**
 * Reads the output of iptables-save (any number of tables). Counters and policies are not kept.
 * Throws IptablesError with code 'parse' and the line.
 */
export function parseSave(text: string): Observed {
  const tables = new Map<TableName, Map<string, Chain & { rules: Rule[] }>>();
  let table: Map<string, Chain & { rules: Rule[] }> | undefined;
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    if (line === '' || line.startsWith('#') || line === 'COMMIT') continue;
    const bad = (why: string): IptablesError =>
      new IptablesError('parse', `iptables-save, line ${index + 1}: ${why}: ${line}`, { line: index + 1, text: line });
    if (line.startsWith('*')) {
      const name = tableNames.find((known) => known === line.slice(1).trim());
      if (name === undefined) throw bad('unknown table');
      table = new Map();
      tables.set(name, table);
    } else if (table === undefined) {
      throw bad('no table yet');
    } else if (line.startsWith(':')) {
      const name = line.slice(1).split(' ', 1)[0] ?? '';
      table.set(name, { name, rules: [] });
    } else {
      const words = splitWords(line);
      if (words[0]?.text.startsWith('[') === true) words.shift();
      const chain = table.get(words[1]?.text ?? '');
      if (words[0]?.text !== '-A' || chain === undefined) throw bad('not a rule of a known chain');
      chain.rules.push(parseWords(words.slice(2)));
    }
  }
  return tables;
}

/** Reads one rule, without `-A CHAIN`. */
export function parseRule(text: string): Rule {
  return parseWords(splitWords(text));
}

interface Word {
  readonly text: string;
  readonly quoted: boolean;
}

function splitWords(line: string): Word[] {
  const words: Word[] = [];
  // A word in double quotes, where \" and \\ stand for themselves, or a run of non-blanks.
  for (const found of line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)) {
    words.push(
      found[1] === undefined
        ? { text: found[2] ?? '', quoted: false }
        : { text: found[1].replace(/\\(.)/g, '$1'), quoted: true },
    );
  }
  return words;
}

const headerNames: ReadonlyMap<string, string> = new Map([
  ['-s', '-s'],
  ['--source', '-s'],
  ['-d', '-d'],
  ['--destination', '-d'],
  ['-i', '-i'],
  ['--in-interface', '-i'],
  ['-o', '-o'],
  ['--out-interface', '-o'],
  ['-p', '-p'],
  ['--protocol', '-p'],
  ['-f', '-f'],
  ['--fragment', '-f'],
]);

function parseWords(words: readonly Word[]): Rule {
  const header: Option[] = [];
  const matches: (Match & { options: Option[] })[] = [];
  let target: (Target & { options: Option[] }) | undefined;
  let negated = false;
  for (let at = 0; at < words.length; ) {
    const word = words[at++]?.text ?? '';
    if (word === '!') {
      negated = true;
      continue;
    }
    const values: string[] = [];
    // A comment is whatever follows, even when it looks like an option.
    if (word === '--comment') values.push(words[at++]?.text ?? '');
    else while (at < words.length && !startsOption(words[at])) values.push(words[at++]?.text ?? '');
    const headerName = headerNames.get(word);
    if (word === '-m') {
      matches.push({ name: values[0] ?? '', options: [] });
    } else if (word === '-j' || word === '-g') {
      target = { name: values[0] ?? '', goto: word === '-g', options: [] };
    } else if (headerName !== undefined && target === undefined) {
      header.push({ name: headerName, values, negated });
    } else {
      const option = { name: word, values, negated };
      if (target !== undefined) target.options.push(option);
      else implicitOrLastMatch(header, matches).options.push(option);
    }
    negated = false;
  }
  return { header, matches, target };
}

function startsOption(word: Word | undefined): boolean {
  return word !== undefined && !word.quoted && (word.text === '!' || /^--?[a-z]/i.test(word.text));
}

/** `-p tcp --dport 80` means `-p tcp -m tcp --dport 80`. */
function implicitOrLastMatch(
  header: readonly Option[],
  matches: (Match & { options: Option[] })[],
): Match & { options: Option[] } {
  const last = matches.at(-1);
  if (last !== undefined) return last;
  const made = { name: header.find((option) => option.name === '-p')?.values[0] ?? '', options: [] };
  matches.push(made);
  return made;
}
