export { canonicalRule, ruleKey } from './canonical.ts';
export { type Backend } from './detect.ts';
export { afterRestore, diff, type Difference, type DiffOptions } from './diff.ts';
export { IptablesError, type IptablesErrorCode } from './errors.ts';
export { Iptables, type IptablesOptions } from './iptables.ts';
export * from './model.ts';
export { parseRule, parseSave } from './parse.ts';
export { renderRule } from './render.ts';
export * from './rule.ts';
