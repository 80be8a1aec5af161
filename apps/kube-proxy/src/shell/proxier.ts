import {
  afterRestore,
  diff,
  type DesiredTable,
  type Difference,
  type Iptables,
  type Jump,
  type Observed,
  type ObservedTable,
  owns,
  type RuleSet,
} from '@wherry/node-iptables';
import { ownership } from '../core/chain-names.ts';
import type { ProxyConfig } from '../core/config.ts';
import { planner, type Planner, type ServiceView, type Surroundings } from '../core/rule-set.ts';
import type { UdpTarget } from '../core/udp-flows.ts';

export interface SyncResult extends Difference {
  /** Rules of ours by table: how many stand, and how many were written by this sync. */
  readonly rules: ReadonlyMap<string, { readonly standing: number; readonly written: number }>;
  /** Where UDP traffic goes by the rules that now stand. */
  readonly udp: readonly UdpTarget[];
}

/** Ten thousand Services take two minutes with iptables-nft in one piece, and seconds in steps of this. */
const newChainsPerStep = 300;

/** Brings the kernel's tables to what the Services ask for, in one restore that counts. Not to be called while it runs. */
export class Proxier {
  readonly #iptables: Pick<Iptables, 'save' | 'restore'>;
  readonly #plan: Planner;
  readonly #views: () => readonly ServiceView[];
  readonly #surroundings: () => Surroundings;
  /** What stands, as far as we know; undefined after a failure. */
  #observed: Observed | undefined;

  constructor(
    iptables: Pick<Iptables, 'save' | 'restore'>,
    config: ProxyConfig,
    views: () => readonly ServiceView[],
    surroundings: () => Surroundings = () => ({}),
  ) {
    this.#iptables = iptables;
    this.#plan = planner(config);
    this.#views = views;
    this.#surroundings = surroundings;
  }

  /** `full` reads what stands first, and so finds what others changed; else our memory of the last sync serves. */
  async sync(full: boolean, signal?: AbortSignal): Promise<SyncResult> {
    const remembered = full ? undefined : this.#observed;
    this.#observed = undefined;
    const observed = remembered ?? (await this.#iptables.save(undefined, signal));
    const { rules, udp } = this.#plan(this.#views(), this.#surroundings());
    const desired = { ...rules, mangle: rules.mangle ?? standing(observed.get('mangle')) };
    const difference = diff(desired, observed, ownership, { newChainsPerStep });
    for (const input of [...difference.preparations, difference.input]) await this.#iptables.restore(input, signal);
    this.#observed = afterRestore(desired, observed, ownership);
    return { ...difference, rules: countRules(desired, difference), udp };
  }
}

/** Policies are not known yet: to write none would open pods that were closed before a restart. */
function standing(observed: ObservedTable | undefined): DesiredTable {
  const chains = [...(observed?.values() ?? [])].filter((chain) => owns(ownership, chain.name));
  const jumps = (observed?.get('FORWARD')?.rules ?? [])
    .filter((rule) => owns(ownership, rule.target?.name ?? ''))
    .map((rule): Jump => ({ chain: 'FORWARD', rule, place: 'first' }));
  return { chains, jumps };
}

function countRules(desired: RuleSet, { preparations, input }: Difference): SyncResult['rules'] {
  const written = new Map<string, number>();
  let current = '';
  for (const line of [...preparations, input].join('').split('\n')) {
    if (line.startsWith('*')) current = line.slice(1);
    else if (line.startsWith('-A ') || line.startsWith('-I ')) written.set(current, (written.get(current) ?? 0) + 1);
  }
  return new Map(
    Object.entries(desired).map(([table, want]) => {
      const inChains = (want?.chains ?? []).reduce((sum, chain) => sum + chain.rules.length, 0);
      return [table, { standing: inChains + (want?.jumps.length ?? 0), written: written.get(table) ?? 0 }];
    }),
  );
}
