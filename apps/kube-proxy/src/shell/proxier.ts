import { afterRestore, diff, type Difference, type Iptables, type Observed, type RuleSet } from '@wherry/node-iptables';
import { ownership } from '../core/chain-names.ts';
import type { ProxyConfig } from '../core/config.ts';
import { planner, type Planner, type ServiceView } from '../core/rule-set.ts';
import type { UdpTarget } from '../core/udp-flows.ts';

export interface SyncResult extends Difference {
  /** Rules of ours by table: how many stand, and how many were written by this sync. */
  readonly rules: ReadonlyMap<string, { readonly standing: number; readonly written: number }>;
  /** Where UDP traffic goes by the rules that now stand. */
  readonly udp: readonly UdpTarget[];
}

/** Brings the kernel's tables to what the Services ask for, in one restore. Not to be called while it runs. */
export class Proxier {
  readonly #iptables: Pick<Iptables, 'save' | 'restore'>;
  readonly #plan: Planner;
  readonly #views: () => readonly ServiceView[];
  /** What stands, as far as we know; undefined after a failure. */
  #observed: Observed | undefined;

  constructor(iptables: Pick<Iptables, 'save' | 'restore'>, config: ProxyConfig, views: () => readonly ServiceView[]) {
    this.#iptables = iptables;
    this.#plan = planner(config);
    this.#views = views;
  }

  /** `full` reads what stands first, and so finds what others changed; else our memory of the last sync serves. */
  async sync(full: boolean, signal?: AbortSignal): Promise<SyncResult> {
    const remembered = full ? undefined : this.#observed;
    this.#observed = undefined;
    const observed = remembered ?? (await this.#iptables.save(undefined, signal));
    const { rules: desired, udp } = this.#plan(this.#views());
    const difference = diff(desired, observed, ownership);
    await this.#iptables.restore(difference.input, signal);
    this.#observed = afterRestore(desired, observed, ownership);
    return { ...difference, rules: countRules(desired, difference.input), udp };
  }
}

function countRules(desired: RuleSet, input: string): SyncResult['rules'] {
  const written = new Map<string, number>();
  let current = '';
  for (const line of input.split('\n')) {
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
