import { ruleKey } from './canonical.ts';
import type {
  Chain,
  DesiredTable,
  Jump,
  Observed,
  ObservedTable,
  Ownership,
  Rule,
  RuleSet,
  TableName,
} from './model.ts';
import { builtinChains, isBuiltinChain, owns, tableNames } from './model.ts';
import { renderRule } from './render.ts';

/** What must be written, and in which tables; `input` is empty when all stands as desired. */
export interface Difference {
  /**
   * To be restored before `input`, in order: chains that do not stand yet, to which nothing leads before `input` does. What
   * is enforced changes with `input` alone. Empty unless diff() was asked for steps.
   */
  readonly preparations: readonly string[];
  /** Input for `iptables-restore --noflush`: each table is changed atomically. */
  readonly input: string;
  readonly tables: readonly TableName[];
  readonly chainsWritten: number;
  readonly chainsDeleted: number;
  readonly jumpsAdded: number;
  readonly jumpsDeleted: number;
}

export interface DiffOptions {
  /**
   * More new chains than this are written in preparations of so many each: the time of iptables-nft-restore grows with the
   * square of the chains in one input.
   */
  readonly newChainsPerStep?: number | undefined;
}

/**
 * The least that turns `observed` into `desired`: owned chains that differ are written whole, owned chains no longer
 * desired are emptied and deleted (only emptied while a foreign chain refers to them), and rules of built-in chains that
 * jump to a chain of ours are added or deleted one by one. No other rule is touched, moved or named.
 */
export function diff(
  desired: RuleSet,
  observed: Observed,
  ownership: Ownership,
  options: DiffOptions = {},
): Difference {
  const total = { chainsWritten: 0, chainsDeleted: 0, jumpsAdded: 0, jumpsDeleted: 0 };
  const tables: TableName[] = [];
  let input = '';
  const preparations: string[] = [];
  const most = options.newChainsPerStep ?? Number.POSITIVE_INFINITY;
  for (const name of tableNames) {
    const change = diffTable(desired[name] ?? nothing, observed.get(name) ?? new Map(), ownership, most);
    if (change.lines.length === 0 && change.prepared.length === 0) continue;
    tables.push(name);
    const text = (lines: readonly string[]): string => `*${name}\n${lines.join('\n')}\nCOMMIT\n`;
    preparations.push(...change.prepared.map(text));
    if (change.lines.length > 0) input += text(change.lines);
    total.chainsWritten += change.chainsWritten;
    total.chainsDeleted += change.chainsDeleted;
    total.jumpsAdded += change.jumpsAdded;
    total.jumpsDeleted += change.jumpsDeleted;
  }
  return { preparations, input, tables, ...total };
}

/** What iptables-save would show after the difference was restored, so that the next sync need not ask. */
export function afterRestore(desired: RuleSet, observed: Observed, ownership: Ownership): Observed {
  const after = new Map<TableName, ObservedTable>();
  for (const name of tableNames) {
    const before: ObservedTable = observed.get(name) ?? new Map();
    const want = desired[name] ?? nothing;
    const names = new Set(want.chains.map((chain) => chain.name));
    const kept = new Set(stillReferred(names, before, ownership));
    const table = new Map<string, Chain>();
    for (const [chain, value] of before) {
      if (names.has(chain)) continue;
      if (!owns(ownership, chain)) table.set(chain, value);
      else if (kept.has(chain)) table.set(chain, value.rules.length === 0 ? value : { name: chain, rules: [] });
    }
    for (const chain of want.chains) table.set(chain.name, chain);
    for (const [chain, rules] of jumpsAfter(want, names, before, ownership)) table.set(chain, { name: chain, rules });
    if (table.size > 0) after.set(name, table);
  }
  return after;
}

const nothing: DesiredTable = { chains: [], jumps: [] };

interface TableChange extends Omit<Difference, 'preparations' | 'input' | 'tables'> {
  readonly prepared: readonly (readonly string[])[];
  readonly lines: readonly string[];
}

function diffTable(
  desired: DesiredTable,
  observed: ObservedTable,
  ownership: Ownership,
  newChainsPerStep: number,
): TableChange {
  const changed: Chain[] = [];
  const names = new Set<string>();
  for (const chain of desired.chains) {
    if (names.has(chain.name)) throw new Error(`chain ${chain.name} is desired twice`);
    names.add(chain.name);
    const standing = observed.get(chain.name);
    // The very object that was written last time: most are, of tens of thousands.
    if (standing === chain) continue;
    if (!owns(ownership, chain.name) || isBuiltinChain(chain.name)) throw new Error(`chain ${chain.name} is not owned`);
    if (!sameChain(chain, standing)) changed.push(chain);
  }
  const stale = [...observed.keys()].filter((name) => !names.has(name) && owns(ownership, name));
  const referred = new Set(stillReferred(names, observed, ownership));
  const emptied = stale.filter((name) => !referred.has(name) || (observed.get(name)?.rules.length ?? 0) > 0);
  const deleted = stale.filter((name) => !referred.has(name));
  const jumps = diffJumps(desired, names, observed, ownership);
  const fresh = changed.filter((chain) => !observed.has(chain.name));
  const inSteps = fresh.length > newChainsPerStep;
  const written = inSteps ? changed.filter((chain) => observed.has(chain.name)) : changed;
  return {
    prepared: inSteps ? preparationsOf(fresh, newChainsPerStep) : [],
    lines: [
      // With --noflush this makes a chain that is missing and empties one that is there.
      ...[...written.map((chain) => chain.name), ...emptied].map((name) => `:${name} - [0:0]`),
      ...written.flatMap((chain) => chain.rules.map((rule) => `-A ${chain.name} ${renderRule(rule)}`)),
      ...jumps.deleted.map((jump) => `-D ${jump.chain} ${renderRule(jump.rule)}`),
      // Each goes to the top, so the last one written stands first.
      ...jumps.added
        .filter((jump) => jump.place === 'first')
        .toReversed()
        .map((jump) => `-I ${jump.chain} 1 ${renderRule(jump.rule)}`),
      ...jumps.added.filter((jump) => jump.place === 'last').map((jump) => `-A ${jump.chain} ${renderRule(jump.rule)}`),
      ...deleted.map((name) => `-X ${name}`),
    ],
    chainsWritten: changed.length,
    chainsDeleted: deleted.length,
    jumpsAdded: jumps.added.length,
    jumpsDeleted: jumps.deleted.length,
  };
}

/** A chain that a rule leads to must be there: one that comes in a later step is made empty first. */
function preparationsOf(fresh: readonly Chain[], perStep: number): string[][] {
  const missing = new Set(fresh.map((chain) => chain.name));
  const steps: string[][] = [];
  for (let at = 0; at < fresh.length; at += perStep) {
    const chains = fresh.slice(at, at + perStep);
    const named = new Set(chains.map((chain) => chain.name));
    for (const { rules } of chains)
      for (const { target } of rules) if (target !== undefined && missing.has(target.name)) named.add(target.name);
    for (const name of named) missing.delete(name);
    steps.push([
      ...[...named].map((name) => `:${name} - [0:0]`),
      ...chains.flatMap((chain) => chain.rules.map((rule) => `-A ${chain.name} ${renderRule(rule)}`)),
    ]);
  }
  return steps;
}

function sameChain(desired: Chain, observed: Chain | undefined): boolean {
  if (observed === undefined || desired.rules.length !== observed.rules.length) return false;
  if (desired.rules === observed.rules) return true;
  return desired.rules.every((rule, index) => {
    const other = observed.rules[index];
    return other !== undefined && (other === rule || ruleKey(other) === ruleKey(rule));
  });
}

/** Stale chains of ours that a chain of somebody else still jumps to: deleting them would fail the whole restore. */
function stillReferred(wanted: ReadonlySet<string>, observed: ObservedTable, ownership: Ownership): string[] {
  const referred: string[] = [];
  for (const chain of observed.values()) {
    if (wanted.has(chain.name) || owns(ownership, chain.name) || isBuiltinChain(chain.name)) continue;
    for (const rule of chain.rules) {
      const target = rule.target?.name;
      if (target !== undefined && observed.has(target) && owns(ownership, target) && !wanted.has(target))
        referred.push(target);
    }
  }
  return referred;
}

/**
 * A rule of a built-in chain is ours when it leads to a chain of ours that is one of the desired entries, or that is
 * going away. One that leads to another chain of ours (say, to the masquerade mark) is somebody else's.
 */
interface JumpChange {
  readonly added: readonly Jump[];
  readonly deleted: readonly { readonly chain: string; readonly rule: Rule }[];
}

function diffJumps(
  desired: DesiredTable,
  chains: ReadonlySet<string>,
  observed: ObservedTable,
  ownership: Ownership,
): JumpChange {
  const missing = new Map(desired.jumps.map((jump) => [jumpKey(jump.chain, jump.rule), jump]));
  const entries = new Set(desired.jumps.map((jump) => entryChain(jump, ownership)));
  const isOurs = (rule: Rule): boolean => {
    const target = rule.target?.name;
    return target !== undefined && owns(ownership, target) && (entries.has(target) || !chains.has(target));
  };
  const wanted = new Set(missing.keys());
  const deleted: { chain: string; rule: Rule }[] = [];
  for (const name of builtinChains) {
    const chain = observed.get(name);
    if (chain === undefined) continue;
    for (const rule of chain.rules) {
      const key = wanted.size > 0 || isOurs(rule) ? jumpKey(chain.name, rule) : '';
      // The first of equals stays; further ones go.
      if (wanted.has(key) && missing.delete(key)) continue;
      if (wanted.has(key) || isOurs(rule)) deleted.push({ chain: chain.name, rule });
    }
  }
  return { added: [...missing.values()], deleted };
}

function jumpsAfter(
  desired: DesiredTable,
  chains: ReadonlySet<string>,
  observed: ObservedTable,
  ownership: Ownership,
): Map<string, Rule[]> {
  const change = diffJumps(desired, chains, observed, ownership);
  const gone = new Set(change.deleted.map((entry) => entry.rule));
  const after = new Map<string, Rule[]>();
  const rulesOf = (chain: string): Rule[] => {
    const rules = after.get(chain) ?? (observed.get(chain)?.rules ?? []).filter((rule) => !gone.has(rule));
    after.set(chain, rules);
    return rules;
  };
  for (const entry of change.deleted) rulesOf(entry.chain);
  for (const jump of change.added.filter((added) => added.place === 'first').toReversed())
    rulesOf(jump.chain).unshift(jump.rule);
  for (const jump of change.added.filter((added) => added.place === 'last')) rulesOf(jump.chain).push(jump.rule);
  return after;
}

function entryChain(jump: Jump, ownership: Ownership): string {
  const name = jump.rule.target?.name;
  if (name === undefined || !owns(ownership, name)) throw new Error(`a rule of ${jump.chain} leads to no owned chain`);
  return name;
}

function jumpKey(chain: string, rule: Rule): string {
  return `${chain} ${ruleKey(rule)}`;
}
