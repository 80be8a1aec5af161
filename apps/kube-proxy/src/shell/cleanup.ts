import { diff, Iptables, IptablesError, type Observed } from '@wherry/node-iptables';
import { ownership } from '../core/chain-names.ts';

/** Removes every chain of ours from both backends; returns how many. Foreign rules stay as they are. */
export async function cleanUp(prefix: readonly string[] = []): Promise<number> {
  let removed = 0;
  let found = false;
  for (const backend of ['nft', 'legacy'] as const) {
    const iptables = await openIfPresent(backend, prefix);
    if (iptables === undefined) continue;
    const observed = await saveIfUsable(iptables);
    if (observed === undefined) continue;
    found = true;
    const difference = diff({}, observed, ownership);
    await iptables.restore(difference.input);
    removed += difference.chainsDeleted;
  }
  if (!found) throw new IptablesError('missing', 'no iptables found, so nothing can be removed');
  return removed;
}

async function openIfPresent(backend: 'nft' | 'legacy', prefix: readonly string[]): Promise<Iptables | undefined> {
  try {
    return await Iptables.open({ backend, prefix });
  } catch (error) {
    if (error instanceof IptablesError && error.code === 'missing') return undefined;
    throw error;
  }
}

/** A backend that the kernel does not support refuses even to list; then nothing of ours can stand in it. */
async function saveIfUsable(iptables: Iptables): Promise<Observed | undefined> {
  try {
    return await iptables.save();
  } catch (error) {
    if (error instanceof IptablesError && error.code === 'refused') return undefined;
    throw error;
  }
}
