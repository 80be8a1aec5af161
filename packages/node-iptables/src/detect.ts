import { IptablesError } from './errors.ts';
import { run, type RunOptions } from './run.ts';

/** The programs of one backend. */
export interface Backend {
  readonly kind: 'nft' | 'legacy';
  readonly save: string;
  readonly restore: string;
  /** As `iptables --version` prints it. */
  readonly version: string;
}

/** What is known of one backend before choosing: how many rules and chains stand in its tables. */
export interface Candidate {
  readonly backend: Backend;
  readonly kubernetesChains: number;
  readonly rules: number;
  /** This is what plain `iptables` runs. */
  readonly isDefault: boolean;
}

/** Rules written through two backends are all applied, in an order nobody expects: so stay with the one in use. */
export async function detectBackend(options: RunOptions, wanted?: Backend['kind']): Promise<Backend> {
  const candidates: Candidate[] = [];
  const fallback = await versionOf('iptables', options);
  for (const kind of ['nft', 'legacy'] as const) {
    const version = await versionOf(`iptables-${kind}`, options);
    if (version === undefined) continue;
    const backend = { kind, save: `iptables-${kind}-save`, restore: `iptables-${kind}-restore`, version };
    if (wanted === kind) return backend;
    const saved = await savedIfUsable(backend, options);
    if (saved === undefined) continue;
    candidates.push({ backend, ...countRules(saved), isDefault: version === fallback });
  }
  if (candidates.length === 0 && fallback !== undefined) {
    const kind = fallback.includes('nf_tables') ? 'nft' : 'legacy';
    const backend: Backend = { kind, save: 'iptables-save', restore: 'iptables-restore', version: fallback };
    candidates.push({ backend, kubernetesChains: 0, rules: 0, isDefault: true });
  }
  const chosen =
    wanted === undefined ? chooseBackend(candidates) : candidates.find((c) => c.backend.kind === wanted)?.backend;
  if (chosen === undefined)
    throw new IptablesError(
      'missing',
      `no ${wanted === undefined ? '' : `${wanted} `}iptables found: install iptables`,
    );
  return chosen;
}

/** The backend that holds Kubernetes' chains, else the one with more rules, else the default. */
export function chooseBackend(candidates: readonly Candidate[]): Backend | undefined {
  return candidates.toSorted(
    (a, b) => b.kubernetesChains - a.kubernetesChains || b.rules - a.rules || Number(b.isDefault) - Number(a.isDefault),
  )[0]?.backend;
}

/** Counts in the output of iptables-save. */
export function countRules(saved: string): { readonly kubernetesChains: number; readonly rules: number } {
  return {
    kubernetesChains: saved.match(/^:KUBE-/gm)?.length ?? 0,
    rules: saved.match(/^(\[\d+:\d+\] )?-A /gm)?.length ?? 0,
  };
}

/** A backend that the kernel lacks refuses even to list: then nothing can stand in it. */
async function savedIfUsable(backend: Backend, options: RunOptions): Promise<string | undefined> {
  try {
    return await run([backend.save], '', options);
  } catch (error) {
    if (error instanceof IptablesError && error.code === 'refused') return undefined;
    throw error;
  }
}

async function versionOf(program: string, options: RunOptions): Promise<string | undefined> {
  try {
    return (await run([program, '--version'], '', options)).trim();
  } catch (error) {
    const absent = error instanceof IptablesError && (error.code === 'missing' || /No such file/.test(error.message));
    if (absent) return undefined;
    throw error;
  }
}
