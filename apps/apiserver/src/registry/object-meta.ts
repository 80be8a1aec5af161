import { randomBytes, randomUUID } from 'node:crypto';
import {
  badRequest,
  conflict,
  fieldInvalid,
  invalid,
  type GroupResource,
  type KubeObject,
  type ObjectMeta,
} from '@wherry/apimachinery';
import type { Served } from './served.ts';

const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_LENGTH = 5;
const RANDOM_POOL = 1_024;
const MAX_NAME = 63;

/** metav1.Time of an instant: RFC 3339 in whole seconds. */
export function timeOf(now: Date): string {
  return `${now.toISOString().slice(0, 19)}Z`;
}

export function groupResource(served: Served): GroupResource {
  return { group: served.resource.group, resource: served.resource.plural };
}

/** Checks the body's namespace against the URL's, and puts in what is missing. */
export function settleNamespace(served: Served, meta: ObjectMeta, namespace: string): void {
  if (!served.resource.namespaced) {
    delete meta.namespace;
    return;
  }
  if (meta.namespace === undefined || meta.namespace === '') meta.namespace = namespace;
  if (meta.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
}

/** What the server alone sets on a new object. The random part is the only one of the write path. */
export function initMeta(meta: ObjectMeta, now: Date): void {
  delete meta.resourceVersion;
  delete meta.selfLink;
  delete meta.deletionTimestamp;
  delete meta.deletionGracePeriodSeconds;
  delete meta.generation;
  delete meta.managedFields;
  meta.uid = randomUUID();
  meta.creationTimestamp = timeOf(now);
}

/** `base` cut so that the five random characters fit. */
export function generatedName(base: string): string {
  let suffix = '';
  for (let i = 0; i < SUFFIX_LENGTH; i++) suffix += ALPHABET[randomByte() % ALPHABET.length];
  return base.slice(0, MAX_NAME - SUFFIX_LENGTH) + suffix;
}

let random = randomBytes(0);
let used = 0;

/** Asking the system for five bytes at a time was half of what admission added to the creation of a pod. */
function randomByte(): number {
  if (used === random.length) {
    random = randomBytes(RANDOM_POOL);
    used = 0;
  }
  return random[used++]!;
}

/**
 * Keeps what no update may change. A uid is a precondition where a whole object was sent, and else a field that a
 * patch may not change. Throws 409 and 422.
 */
export function carryMeta(served: Served, object: KubeObject, old: KubeObject, isPrecondition = true): void {
  const meta = object.metadata;
  const before = old.metadata;
  if (meta.uid !== undefined && meta.uid !== '' && meta.uid !== before.uid) {
    if (!isPrecondition)
      throw invalid(served.resource, before.name, [fieldInvalid('metadata.uid', meta.uid, 'field is immutable')]);
    const why = `Precondition failed: UID in precondition: ${meta.uid}, UID in object meta: ${before.uid ?? ''}`;
    throw conflict(groupResource(served), before.name, why);
  }
  meta.uid = before.uid;
  meta.creationTimestamp = before.creationTimestamp;
  meta.deletionTimestamp = before.deletionTimestamp;
  meta.deletionGracePeriodSeconds = before.deletionGracePeriodSeconds;
  meta.generation = before.generation;
  delete meta.selfLink;
  if (before.generateName !== undefined && meta.generateName === undefined) meta.generateName = before.generateName;
}
