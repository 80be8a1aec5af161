/** The tables of iptables, in the order in which we write them. */
export const tableNames = ['raw', 'mangle', 'nat', 'filter', 'security'] as const;
export type TableName = (typeof tableNames)[number];

export const builtinChains: ReadonlySet<string> = new Set(['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING']);
export type BuiltinChain = 'PREROUTING' | 'INPUT' | 'FORWARD' | 'OUTPUT' | 'POSTROUTING';

export function isBuiltinChain(name: string): name is BuiltinChain {
  return builtinChains.has(name);
}

/** One option with its values: `! --ctstate NEW` is {name: '--ctstate', values: ['NEW'], negated: true}. */
export interface Option {
  readonly name: string;
  readonly values: readonly string[];
  readonly negated: boolean;
}

/** A match extension (`-m name options`). */
export interface Match {
  readonly name: string;
  readonly options: readonly Option[];
}

/** What a rule does (`-j name options`, or `-g name`). */
export interface Target {
  readonly name: string;
  readonly goto: boolean;
  readonly options: readonly Option[];
}

/** One rule, without the chain it stands in. `header` holds -s, -d, -i, -o, -p and -f. Never changed once made. */
export interface Rule {
  readonly header: readonly Option[];
  readonly matches: readonly Match[];
  readonly target?: Target | undefined;
}

/** A chain of ours: what it must hold, in order. Reusing a Chain object makes diff() skip it without looking inside. */
export interface Chain {
  readonly name: string;
  readonly rules: readonly Rule[];
}

/** A rule of ours that must stand in a built-in chain; `place` is where it goes when it is missing. */
export interface Jump {
  readonly chain: BuiltinChain;
  readonly rule: Rule;
  readonly place: 'first' | 'last';
}

export interface DesiredTable {
  readonly chains: readonly Chain[];
  readonly jumps: readonly Jump[];
}

/** Everything of ours that must stand; a table left out must hold nothing of ours. */
export type RuleSet = { readonly [table in TableName]?: DesiredTable | undefined };

/** A table as iptables-save shows it, foreign chains included. */
export type ObservedTable = ReadonlyMap<string, Chain>;
export type Observed = ReadonlyMap<TableName, ObservedTable>;

/** Which chains are ours: those of an exact name, and those that begin with a prefix. */
export interface Ownership {
  readonly names: readonly string[];
  readonly prefixes: readonly string[];
}

export function owns(ownership: Ownership, chain: string): boolean {
  return ownership.names.includes(chain) || ownership.prefixes.some((prefix) => chain.startsWith(prefix));
}
