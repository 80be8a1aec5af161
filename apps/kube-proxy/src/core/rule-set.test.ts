import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterRestore, diff, type Observed } from '@wherry/node-iptables';
import { describe, expect, it } from 'vitest';
import { endpointChain, ownership, portChain } from './chain-names.ts';
import { planner, type ServiceView } from './rule-set.ts';
import { defaultConfig, scenarios, service, slice } from './scenarios.ts';

const testdata = new URL('./testdata/', import.meta.url);
const nothing: Observed = new Map();

/** What a scenario adds to the rules of a cluster without Services. `UPDATE_GOLDEN=1` rewrites them: review that. */
describe('the rules of each scenario are as kept in testdata', () => {
  it.each(scenarios)('$name', ({ name, views, config, surroundings }) => {
    const set = planner({ ...defaultConfig, ...config })(views, surroundings).rules;
    const before =
      name === 'no-services' ? nothing : afterRestore(planner(defaultConfig)([]).rules, nothing, ownership);
    const rules = diff(set, before, ownership).input;
    const file = new URL(`${name}.rules`, testdata);
    if (process.env['UPDATE_GOLDEN'] === '1') {
      mkdirSync(testdata, { recursive: true });
      writeFileSync(file, rules);
    }
    expect(rules).toBe(readFileSync(file, 'utf8'));
  });

  it('and no file is left over', () => {
    expect(readdirSync(testdata).toSorted()).toEqual(scenarios.map(({ name }) => `${name}.rules`).toSorted());
  });
});

describe('chain names', () => {
  it('are those of upstream', () => {
    expect(portChain('SVC', 'default/kubernetes:https', 'tcp')).toBe('KUBE-SVC-NPX46M4PTMTKRN6Y');
    expect(portChain('SVC', 'kube-system/kube-dns:dns', 'udp')).toBe('KUBE-SVC-TCOU7JCQXEZGVUNU');
    expect(portChain('SVC', 'kube-system/kube-dns:dns-tcp', 'tcp')).toBe('KUBE-SVC-ERIFXISQEP7F7OF4');
  });

  it('fit into the 28 characters that the kernel takes', () => {
    expect(endpointChain('a'.repeat(200), 'sctp', '255.255.255.255:65535').length).toBeLessThanOrEqual(28);
  });
});

describe('planner', () => {
  const many = (count: number): ServiceView[] =>
    Array.from({ length: count }, (_, n) => {
      const one = service(`s${n}`, { clusterIP: `10.96.${n >> 8}.${n & 255}`, ports: [{ name: 'p', port: 80 }] });
      return { service: one, slices: [slice(one, [['p', 8080]], [{ ip: `10.244.${n >> 8}.${n & 255}` }])] };
    });

  it('gives the same rules whatever order the Services come in', () => {
    const views = many(20);
    const input = (order: readonly ServiceView[]): string =>
      diff(planner(defaultConfig)(order).rules, nothing, ownership).input;
    expect(input(views.toReversed())).toBe(input(views));
  });

  it('keeps the very same chains for a Service that did not change', () => {
    const build = planner(defaultConfig);
    const views = many(3);
    const first = build(views).rules.nat?.chains ?? [];
    const second = build([...views]).rules.nat?.chains ?? [];
    const own = (chains: typeof first): typeof first => chains.filter((chain) => /^KUBE-(SVC|SEP)/.test(chain.name));
    expect(own(second)).toHaveLength(6);
    own(second).forEach((chain, index) => expect(chain).toBe(own(first)[index]));
  });

  it('writes two chains when one endpoint of a thousand Services is replaced', () => {
    const build = planner(defaultConfig);
    const views = many(1000);
    const before = afterRestore(build(views).rules, nothing, ownership);
    const changed = views[500] as ServiceView;
    views[500] = { ...changed, slices: [slice(changed.service, [['p', 8080]], [{ ip: '10.244.9.9' }])] };
    const difference = diff(build(views).rules, before, ownership);
    expect(difference).toMatchObject({ tables: ['nat'], chainsWritten: 2, chainsDeleted: 1, jumpsAdded: 0 });
    expect(difference.input.split('\n').length).toBeLessThan(15);
  });

  it('writes nothing when slices are written again with the same content', () => {
    const build = planner(defaultConfig);
    const before = afterRestore(build(many(5)).rules, nothing, ownership);
    expect(diff(build(structuredClone(many(5))).rules, before, ownership).input).toBe('');
  });
});
