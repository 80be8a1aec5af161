import type { Validation } from './load-validation.ts';
import type { FieldError, KubeObject } from '@wherry/apimachinery';
import type { Compare, Operation } from '@wherry/store';
import type { User } from '../http/context.ts';

/** Keys written or removed in the transaction of the object itself. */
export interface SideEffects {
  compares: Compare[];
  operations: Operation[];
}

export function noEffects(): SideEffects {
  return { compares: [], operations: [] };
}

export function addEffects(to: SideEffects, more: SideEffects | undefined): SideEffects {
  if (more !== undefined) {
    to.compares.push(...more.compares);
    to.operations.push(...more.operations);
  }
  return to;
}

/** Keeps numbers or addresses that belong to one object at most; see service-allocation.ts. */
export interface Allocator {
  /** Fills in what `object` needs. Throws a StatusError when it cannot be had. */
  forCreate(object: KubeObject): SideEffects;
  forUpdate(object: KubeObject, old: KubeObject): SideEffects;
  forDelete(old: KubeObject): SideEffects;
}

/** A part of the object, beside its status, that has a door of its own. */
export interface SubresourceStrategy {
  /** Puts back what this door does not change. */
  prepare(object: KubeObject, old: KubeObject, now: Date): void;
  validate(object: KubeObject, old: KubeObject, rules: Validation): FieldError[];
}

/** What is particular to one kind on its way into the store; the rest is the same for all. */
export interface Strategy {
  /** metadata.generation starts at 1 and counts changes of the spec. */
  readonly countsGeneration?: boolean;
  /** Changes of these count for the generation; absent: only the spec. */
  readonly generationFields?: readonly string[];
  readonly hasStatus?: boolean;
  /** An update without resourceVersion overwrites whatever is there. */
  readonly allowsUnconditionalUpdate?: boolean;
  /** A PUT of what does not exist creates it. */
  readonly createsOnUpdate?: boolean;
  /** A deletion is answered with the object rather than with a Status. */
  readonly returnsDeleted?: boolean;
  readonly allocator?: Allocator;
  readonly subresources?: Readonly<Record<string, SubresourceStrategy>>;
  /** Objects can be read and deleted, and that is all: their definition is on its way out. */
  takesNothingNew?(): boolean;
  prepareForCreate?(object: KubeObject, now: Date, user: User): void;
  /** What is wrong with a new object that takes more than looking at it, such as a signature. */
  checkNew?(object: KubeObject): Promise<FieldError[]>;
  prepareForUpdate?(object: KubeObject, old: KubeObject, now: Date): void;
  prepareForStatusUpdate?(object: KubeObject, old: KubeObject, now: Date): void;
  /** Seconds until the object may go; 0 is at once. Absent for kinds without graceful deletion. */
  graceSeconds?(object: KubeObject, requestedSeconds: number | undefined): number;
  /** Holds the object in deletion beside metadata.finalizers. */
  isHeld?(object: KubeObject): boolean;
  /** The first step of a deletion that has to wait. */
  prepareForDeletion?(object: KubeObject, now: Date): void;
}
