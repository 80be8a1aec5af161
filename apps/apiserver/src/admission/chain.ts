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
  mutate?(request: AdmissionRequest, registry: Registry): void | Promise<void>;
  validate?(request: AdmissionRequest, registry: Registry): void | Promise<void>;
}

export async function mutate(registry: Registry, request: AdmissionRequest): Promise<void> {
  for (const plugin of registry.admission) if (plugin.mutate) await plugin.mutate(request, registry);
}

export async function validate(registry: Registry, request: AdmissionRequest): Promise<void> {
  for (const plugin of registry.admission) if (plugin.validate) await plugin.validate(request, registry);
}
