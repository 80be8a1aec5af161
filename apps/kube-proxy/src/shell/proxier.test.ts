import { afterRestore, IptablesError, type Observed, parseSave } from '@wherry/node-iptables';
import { describe, expect, it } from 'vitest';
import { ownership } from '../core/chain-names.ts';
import { policyScenario } from '../core/policy/policy-scenario.ts';
import { planner, type ServiceView, type Surroundings } from '../core/rule-set.ts';
import { defaultConfig, service, slice } from '../core/scenarios.ts';
import { Proxier } from './proxier.ts';

/** A kernel that remembers what it was told, and can be made to fail. */
class Tables {
  saves = 0;
  inputs: string[] = [];
  failure: IptablesError | undefined;
  standing: Observed = new Map();

  save(): Promise<Observed> {
    this.saves++;
    return Promise.resolve(this.standing);
  }

  restore(input: string): Promise<void> {
    this.inputs.push(input);
    return this.failure === undefined ? Promise.resolve() : Promise.reject(this.failure);
  }
}

const web = service('web', { clusterIP: '10.96.10.1', ports: [{ name: 'http', port: 80 }] });
const view: ServiceView = { service: web, slices: [slice(web, [['http', 8080]], [{ ip: '10.244.0.5' }])] };

describe('Proxier', () => {
  it('leaves standing what a predecessor wrote of policies until they are known, and no longer', async () => {
    const tables = new Tables();
    let policies: Surroundings['policies'] = policyScenario;
    const surroundings = (): Surroundings => ({ policies });
    await new Proxier(tables, defaultConfig, () => [], surroundings).sync(true);
    expect(tables.inputs[0]).toContain('*mangle');
    const rules = planner(defaultConfig)([], { policies }).rules;
    tables.standing = afterRestore(rules, new Map(), ownership);
    policies = undefined;
    const successor = new Proxier(tables, defaultConfig, () => [], surroundings);
    await successor.sync(true);
    await successor.sync(false);
    expect(tables.inputs.slice(1)).toEqual(['', '']);
    policies = { policies: [], pods: [], namespaceLabels: new Map() };
    await successor.sync(false);
    expect(tables.inputs[3]).toContain('-X KUBE-NETWORK-POLICY');
  });

  it('reads the tables at a full sync only', async () => {
    const tables = new Tables();
    const proxier = new Proxier(tables, defaultConfig, () => []);
    await proxier.sync(true);
    await proxier.sync(false);
    expect(tables.saves).toBe(1);
    expect(tables.inputs[1]).toBe('');
    await proxier.sync(true);
    expect(tables.saves).toBe(2);
    expect(tables.inputs[2]).toBe(tables.inputs[0]);
  });

  it('writes only the difference to its last sync', async () => {
    const tables = new Tables();
    const views: ServiceView[] = [];
    const proxier = new Proxier(tables, defaultConfig, () => views);
    await proxier.sync(true);
    views.push(view);
    const result = await proxier.sync(false);
    expect(result).toMatchObject({ tables: ['nat'], chainsWritten: 3, chainsDeleted: 0 });
    expect(result.rules.get('nat')).toEqual({ standing: 13, written: 6 });
  });

  it('reads the tables again after a failure', async () => {
    const tables = new Tables();
    const proxier = new Proxier(tables, defaultConfig, () => [view]);
    await proxier.sync(true);
    tables.failure = new IptablesError('timeout', 'too slow');
    await expect(proxier.sync(true)).rejects.toThrow('too slow');
    tables.failure = undefined;
    tables.standing = parseSave('*nat\n:KUBE-SVC-OLD - [0:0]\n:DOCKER - [0:0]\nCOMMIT\n');
    await proxier.sync(false);
    expect(tables.saves).toBe(3);
    expect(tables.inputs[2]).toContain('-X KUBE-SVC-OLD\n');
    expect(tables.inputs[2]).not.toContain('DOCKER');
  });
});
