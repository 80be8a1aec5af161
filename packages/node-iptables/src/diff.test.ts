import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterRestore, diff } from './diff.ts';
import type { Chain, Observed, RuleSet, TableName } from './model.ts';
import { parseRule, parseSave } from './parse.ts';
import { renderRule } from './render.ts';
import * as r from './rule.ts';

const ours = { names: ['KUBE-SERVICES', 'KUBE-MARK-MASQ'], prefixes: ['KUBE-SVC-'] };
const entry = {
  chain: 'PREROUTING',
  rule: r.rule(r.comment('portals'), r.jump('KUBE-SERVICES')),
  place: 'first',
} as const;

function chain(name: string, ...rules: string[]): Chain {
  return { name, rules: rules.map(parseRule) };
}

const desired: RuleSet = {
  nat: {
    chains: [chain('KUBE-SERVICES', '-d 10.96.0.1 -j KUBE-SVC-A'), chain('KUBE-SVC-A', '-j RETURN')],
    jumps: [entry],
  },
};

const foreign = `*nat
:PREROUTING ACCEPT [0:0]
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A DOCKER -i docker0 -j RETURN
COMMIT
`;

describe('diff', () => {
  it('writes everything into empty tables', () => {
    expect(diff(desired, new Map(), ours)).toEqual({
      preparations: [],
      input: `*nat
:KUBE-SERVICES - [0:0]
:KUBE-SVC-A - [0:0]
-A KUBE-SERVICES -d 10.96.0.1 -j KUBE-SVC-A
-A KUBE-SVC-A -j RETURN
-I PREROUTING 1 -m comment --comment portals -j KUBE-SERVICES
COMMIT
`,
      tables: ['nat'],
      chainsWritten: 2,
      chainsDeleted: 0,
      jumpsAdded: 1,
      jumpsDeleted: 0,
    });
  });

  it('writes many new chains in steps, each of which names what its rules lead to, and lets all take effect at once', () => {
    const chains = [
      chain('KUBE-SERVICES', '-d 10.96.0.1 -j KUBE-SVC-A'),
      chain('KUBE-SVC-A', '-j KUBE-SVC-B'),
      chain('KUBE-SVC-B', '-j KUBE-SVC-A'),
    ];
    const observed = parseSave('*nat\n:KUBE-SERVICES - [0:0]\nCOMMIT\n');
    const set: RuleSet = { nat: { chains, jumps: [entry] } };
    const difference = diff(set, observed, ours, { newChainsPerStep: 1 });
    expect(difference.preparations).toEqual([
      '*nat\n:KUBE-SVC-A - [0:0]\n:KUBE-SVC-B - [0:0]\n-A KUBE-SVC-A -j KUBE-SVC-B\nCOMMIT\n',
      // KUBE-SVC-A stands by now: naming it again would empty it.
      '*nat\n:KUBE-SVC-B - [0:0]\n-A KUBE-SVC-B -j KUBE-SVC-A\nCOMMIT\n',
    ]);
    expect(difference.input).toBe(
      '*nat\n:KUBE-SERVICES - [0:0]\n-A KUBE-SERVICES -d 10.96.0.1 -j KUBE-SVC-A\n-I PREROUTING 1 -m comment --comment portals -j KUBE-SERVICES\nCOMMIT\n',
    );
    expect(diff(set, observed, ours, { newChainsPerStep: 2 }).preparations).toEqual([]);
  });

  it('writes only the chain that changed', () => {
    const now = afterRestore(desired, parseSave(foreign), ours);
    const changed: RuleSet = {
      nat: { chains: [desired.nat?.chains[0] as Chain, chain('KUBE-SVC-A', '-j ACCEPT')], jumps: [entry] },
    };
    expect(diff(changed, now, ours).input).toBe('*nat\n:KUBE-SVC-A - [0:0]\n-A KUBE-SVC-A -j ACCEPT\nCOMMIT\n');
  });

  it('finds nothing to do when iptables-save shows what was written in its own spelling', () => {
    const observed = parseSave(`*nat
:PREROUTING ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-SVC-A - [0:0]
-A PREROUTING -j LOG
-A PREROUTING -m comment --comment portals -j KUBE-SERVICES
-A KUBE-SERVICES -d 10.96.0.1/32 -j KUBE-SVC-A
-A KUBE-SVC-A -j RETURN
COMMIT
`);
    expect(diff(desired, observed, ours).input).toBe('');
  });

  it('unrefers, empties and deletes stale chains', () => {
    const now = afterRestore(desired, new Map(), ours);
    const fewer: RuleSet = { nat: { chains: [chain('KUBE-SERVICES')], jumps: [entry] } };
    expect(diff(fewer, now, ours).input).toBe(
      '*nat\n:KUBE-SERVICES - [0:0]\n:KUBE-SVC-A - [0:0]\n-X KUBE-SVC-A\nCOMMIT\n',
    );
  });

  it('removes all that is ours and nothing else when nothing is desired', () => {
    const now = afterRestore(desired, parseSave(foreign), ours);
    const difference = diff({}, now, ours);
    expect(difference.input).toBe(`*nat
:KUBE-SERVICES - [0:0]
:KUBE-SVC-A - [0:0]
-D PREROUTING -m comment --comment portals -j KUBE-SERVICES
-X KUBE-SERVICES
-X KUBE-SVC-A
COMMIT
`);
    expect(text(afterRestore({}, now, ours))).toEqual(text(parseSave(foreign)));
  });

  it('keeps a stale chain empty while a foreign chain jumps to it', () => {
    const observed = parseSave(`*nat
:CNI-X - [0:0]
:KUBE-MARK-MASQ - [0:0]
-A CNI-X -j KUBE-MARK-MASQ
-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
COMMIT
`);
    expect(diff({}, observed, ours).input).toBe('*nat\n:KUBE-MARK-MASQ - [0:0]\nCOMMIT\n');
    expect(diff({}, afterRestore({}, observed, ours), ours).input).toBe('');
  });

  it('replaces an outdated entry and drops repeated ones, but leaves foreign jumps to our other chains', () => {
    const observed = parseSave(`*nat
:PREROUTING ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-MARK-MASQ - [0:0]
-A PREROUTING -j KUBE-SERVICES
-A PREROUTING -m comment --comment portals -j KUBE-SERVICES
-A PREROUTING -s 1.2.3.4/32 -j KUBE-MARK-MASQ
-A PREROUTING -m comment --comment portals -j KUBE-SERVICES
COMMIT
`);
    const wanted: RuleSet = { nat: { chains: [chain('KUBE-SERVICES'), chain('KUBE-MARK-MASQ')], jumps: [entry] } };
    expect(diff(wanted, observed, ours).input).toBe(`*nat
-D PREROUTING -j KUBE-SERVICES
-D PREROUTING -m comment --comment portals -j KUBE-SERVICES
COMMIT
`);
  });

  it('keeps the order of several entries at the top', () => {
    const second = { ...entry, rule: r.rule(r.comment('second'), r.jump('KUBE-SERVICES')) };
    const wanted: RuleSet = { nat: { chains: [chain('KUBE-SERVICES')], jumps: [entry, second] } };
    const after = afterRestore(wanted, new Map(), ours);
    expect(after.get('nat')?.get('PREROUTING')?.rules).toEqual([entry.rule, second.rule]);
    expect(diff(wanted, new Map(), ours).input).toMatch(/second[^\n]*\n[^\n]*portals/);
  });

  it('refuses to write a chain that is not ours', () => {
    expect(() => diff({ nat: { chains: [chain('DOCKER')], jumps: [] } }, new Map(), ours)).toThrow(/not owned/);
    const away = { chain: 'INPUT', rule: parseRule('-j ACCEPT'), place: 'last' } as const;
    expect(() => diff({ filter: { chains: [], jumps: [away] } }, new Map(), ours)).toThrow(/no owned chain/);
  });

  it('settles in one step from any state to any other, foreign chains unchanged', () => {
    const rules = fc.array(fc.constantFrom('-j RETURN', '-j ACCEPT', '-j KUBE-SVC-1', '-s 10.0.0.1 -j DROP'), {
      maxLength: 3,
    });
    const chains = fc
      .uniqueArray(fc.tuple(fc.constantFrom('KUBE-SERVICES', 'KUBE-SVC-1', 'KUBE-SVC-2', 'KUBE-SVC-3'), rules), {
        selector: ([name]) => name,
      })
      .map((list) => list.map(([name, texts]) => chain(name, ...texts)));
    const sets = fc.tuple(chains, fc.boolean()).map(
      ([list, jump]): RuleSet => ({
        nat: { chains: list, jumps: jump && list.some((c) => c.name === 'KUBE-SERVICES') ? [entry] : [] },
      }),
    );
    fc.assert(
      fc.property(sets, sets, (first, second) => {
        const start = afterRestore(first, parseSave(foreign), ours);
        const end = afterRestore(second, start, ours);
        expect(diff(second, end, ours).input).toBe('');
        expect(text(afterRestore({}, end, ours))).toEqual(text(parseSave(foreign)));
      }),
    );
  });
});

function text(observed: Observed): [TableName, [string, string[]][]][] {
  return [...observed].map(([table, chains]) => [
    table,
    [...chains.values()].map((one): [string, string[]] => [one.name, one.rules.map(renderRule)]),
  ]);
}
