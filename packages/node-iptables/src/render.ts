import type { Option, Rule } from './model.ts';

/** The rule as iptables-restore reads it, without `-A CHAIN`. */
export function renderRule(rule: Rule): string {
  const words: string[] = [];
  for (const option of rule.header) pushOption(words, option);
  for (const match of rule.matches) {
    words.push('-m', match.name);
    for (const option of match.options) pushOption(words, option);
  }
  if (rule.target !== undefined) {
    words.push(rule.target.goto ? '-g' : '-j', rule.target.name);
    for (const option of rule.target.options) pushOption(words, option);
  }
  return words.join(' ');
}

/** Quotes as iptables-save does: only where a plain word would not do. */
export function quoteWord(word: string): string {
  if (/^[\w./:,@%+=-]+$/.test(word)) return word;
  return `"${word.replace(/[\0\n\r]/g, ' ').replace(/["\\]/g, '\\$&')}"`;
}

function pushOption(words: string[], option: Option): void {
  if (option.negated) words.push('!');
  words.push(option.name);
  for (const value of option.values) words.push(quoteWord(value));
}
