import { afterRestore, diff, type Difference, type Iptables, type Observed } from '@wherry/node-iptables';
import { ownership } from '../core/chain-names.ts';
import type { ProxyConfig } from '../core/config.ts';
import { ruleSetBuilder, type RuleSetBuilder, type ServiceView } from '../core/rule-set.ts';

export interface SyncResult extends Difference {
  /** The rules of ours that stand now, by table. */
  readonly ruleCounts: ReadonlyMap<string, number>;
}

/** Brings the kernel's tables to what the Services ask for, in one restore. Not to be called while it runs. */
export class Proxier {
  readonly #iptables: Pick<Iptables, 'save' | 'restore'>;
  readonly #build: RuleSetBuilder;
  readonly #views: () => readonly ServiceView[];
  /** What stands, as far as we know; undefined after a failure. */
  #observed: Observed | undefined;

  constructor(iptables: Pick<Iptables, 'save' | 'restore'>, config: ProxyConfig, views: () => readonly ServiceView[]) {
    this.#iptables = iptables;
    this.#build = ruleSetBuilder(config);
    this.#views = views;
  }

  /** `full` reads what stands first, and so finds what others changed; else our memory of the last sync serves. */
  async sync(full: boolean, signal?: AbortSignal): Promise<SyncResult> {
    const remembered = full ? undefined : this.#observed;
    this.#observed = undefined;
    const observed = remembered ?? (await this.#iptables.save(undefined, signal));
    const desired = this.#build(this.#views());
    const difference = diff(desired, observed, ownership);
    await this.#iptables.restore(difference.input, signal);
    this.#observed = afterRestore(desired, observed, ownership);
    const ruleCounts = new Map<string, number>();
    for (const [table, want] of Object.entries(desired))
      ruleCounts.set(
        table,
        (want?.jumps.length ?? 0) + (want?.chains ?? []).reduce((sum, chain) => sum + chain.rules.length, 0),
      );
    return { ...difference, ruleCounts };
  }
}
