import type { KubeObject } from '@wherry/apimachinery';
import type { User } from '../http/context.ts';
import type { Registry } from '../registry/registry.ts';
import type { Served } from '../registry/served.ts';
import type { SideEffects } from '../registry/strategy.ts';

export interface AdmissionRequest {
  operation: 'CREATE' | 'UPDATE' | 'DELETE';
  served: Served;
  namespace: string;
  name: string;
  subresource: string;
  user: User;
  now: Date;
  dryRun: boolean;
  warn?: ((text: string) => void) | undefined;
  /** Written in the transaction of the object itself: a plugin adds what must hold or change together with it. */
  effects: SideEffects;
  /** Absent for deletions. Mutating plugins change it in place. */
  object?: KubeObject | undefined;
  old?: KubeObject | undefined;
}

/** `mutate` runs before strategy and validation, `validate` after them. Both throw a StatusError to refuse. */
export interface AdmissionPlugin {
  readonly name: string;
  /** Runs only where it is asked for. */
  readonly offByDefault?: boolean;
  /** `group/plural` of what it looks at; absent: everything. It is not asked about anything else. */
  readonly concerns?: readonly string[];
  mutate?(request: AdmissionRequest, registry: Registry): void | Promise<void>;
  validate?(request: AdmissionRequest, registry: Registry): void | Promise<void>;
}

interface Chain {
  readonly mutating: readonly Required<AdmissionPlugin>['mutate'][];
  readonly validating: readonly Required<AdmissionPlugin>['validate'][];
}

/** A write of a ConfigMap concerns five plugins of twenty: calling and awaiting all cost a quarter of what it allocates. */
const chains = new WeakMap<Served, Chain>();

export async function mutate(registry: Registry, request: AdmissionRequest): Promise<void> {
  for (const ask of chainOf(registry, request.served).mutating) {
    const waiting = ask(request, registry);
    if (waiting !== undefined) await waiting;
  }
}

export async function validate(registry: Registry, request: AdmissionRequest): Promise<void> {
  for (const ask of chainOf(registry, request.served).validating) {
    const waiting = ask(request, registry);
    if (waiting !== undefined) await waiting;
  }
}

function chainOf({ admission }: Registry, served: Served): Chain {
  let chain = chains.get(served);
  if (chain === undefined) {
    const { group, plural } = served.resource;
    const concerned = admission.filter(({ concerns }) => concerns?.includes(`${group}/${plural}`) ?? true);
    chain = {
      mutating: concerned.flatMap((plugin) => plugin.mutate?.bind(plugin) ?? []),
      validating: concerned.flatMap((plugin) => plugin.validate?.bind(plugin) ?? []),
    };
    chains.set(served, chain);
  }
  return chain;
}
