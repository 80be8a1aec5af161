import { getOwn, isMap, type JsonMap, type KubeObject } from '@wherry/apimachinery';
import type { Secret } from '@wherry/api';
import type { User } from '../http/context.ts';
import { CREDENTIAL_ID, type LookUp } from './verdict.ts';

/** What a service-account token says; seconds since the epoch. */
export interface ServiceAccountClaims {
  readonly aud: readonly string[];
  readonly exp: number;
  readonly iat: number;
  readonly iss: string;
  readonly jti: string;
  readonly nbf: number;
  readonly sub: string;
  readonly 'kubernetes.io': {
    readonly namespace: string;
    readonly serviceaccount: Reference;
    readonly pod?: Reference | undefined;
    readonly node?: Reference | undefined;
    readonly secret?: Reference | undefined;
    readonly warnafter?: number | undefined;
  };
}

interface Reference {
  readonly name: string;
  readonly uid?: string | undefined;
}

/** What a token is bound to: it ends with it. A pod's node stands beside the pod, and binds nothing. */
export interface Binding {
  readonly pod?: KubeObject | undefined;
  readonly node?: KubeObject | undefined;
  readonly secret?: KubeObject | undefined;
}

export interface ClaimOptions {
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly expirationSeconds: number;
  /** Seconds from now; absent: never. */
  readonly warnAfterSeconds: number | undefined;
  readonly id: string;
  readonly now: number;
}

/** Clocks may differ by this much; and what was deleted may still say good-bye. */
const LEEWAY_MS = 60_000;
const EXTRA = 'authentication.kubernetes.io/';

export function accountUserName(namespace: string, name: string): string {
  return `system:serviceaccount:${namespace}:${name}`;
}

export function serviceAccountClaims(
  account: KubeObject,
  binding: Binding,
  options: ClaimOptions,
): ServiceAccountClaims {
  const now = Math.floor(options.now / 1_000);
  const { namespace = '', name } = account.metadata;
  const { pod, node, secret } = binding;
  const warnafter = options.warnAfterSeconds === undefined ? undefined : now + options.warnAfterSeconds;
  return {
    aud: options.audiences,
    exp: now + options.expirationSeconds,
    iat: now,
    iss: options.issuer,
    jti: options.id,
    'kubernetes.io': {
      namespace,
      ...(node && { node: referenceTo(node) }),
      ...(pod && { pod: referenceTo(pod) }),
      ...(secret && { secret: referenceTo(secret) }),
      serviceaccount: referenceTo(account),
      ...(warnafter === undefined ? {} : { warnafter }),
    },
    nbf: now,
    sub: accountUserName(namespace, name),
  };
}

/** Whose token it is, if all that it names is still what it was. The signature has been checked. */
export function accountOf(claims: JsonMap, lookUp: LookUp, now: number): { user: User } | { error: string } {
  const late = timeError(claims, now);
  if (late !== undefined) return { error: late };
  const about = mapOf(claims, 'kubernetes.io');
  const namespace = textOf(about, 'namespace');
  const account = mapOf(about, 'serviceaccount');
  const name = textOf(account, 'name');
  const found = lookUp('/v1/serviceaccounts', `${namespace}/${name}`);
  if (found === undefined) return { error: `serviceaccounts ${JSON.stringify(name)} not found` };
  if (isGone(found, now)) return { error: `service account ${namespace}/${name} has been deleted` };
  if (found.metadata.uid !== textOf(account, 'uid')) {
    return {
      error: `service account UID (${found.metadata.uid ?? ''}) does not match claim (${textOf(account, 'uid')})`,
    };
  }
  const lost = boundError(about, namespace, lookUp, now);
  if (lost !== undefined) return { error: lost };
  return { user: userOf(claims, about, namespace, name) };
}

/** Tokens of Secrets, which name it, and end with it; they have no audience and no end. */
export function legacyAccountOf(claims: JsonMap, token: string, lookUp: LookUp): { user: User } | { error: string } {
  const part = (key: string) => textOf(claims, `kubernetes.io/serviceaccount/${key}`);
  const namespace = part('namespace');
  const name = part('service-account.name');
  const secretName = part('secret.name');
  if (textOf(claims, 'sub') === '') return { error: 'sub claim is missing' };
  if (namespace === '') return { error: 'namespace claim is missing' };
  if (secretName === '') return { error: 'secretName claim is missing' };
  if (name === '') return { error: 'serviceAccountName claim is missing' };
  if (part('service-account.uid') === '') return { error: 'serviceAccountUID claim is missing' };
  if (textOf(claims, 'sub') !== accountUserName(namespace, name)) return { error: 'sub claim is invalid' };
  const secret = lookUp('/v1/secrets', `${namespace}/${secretName}`) as Secret | undefined;
  if (secret === undefined || secret.metadata.deletionTimestamp !== undefined)
    return { error: 'Token has been invalidated' };
  const kept = secret.data && Object.hasOwn(secret.data, 'token') ? secret.data['token'] : '';
  // The signature has been checked: who differs here holds an older token of ours, and learns nothing.
  if (Buffer.from(kept ?? '', 'base64').toString() !== token) return { error: "Token does not match server's copy" };
  const account = lookUp('/v1/serviceaccounts', `${namespace}/${name}`);
  if (account === undefined) return { error: `serviceaccounts ${JSON.stringify(name)} not found` };
  if (account.metadata.deletionTimestamp !== undefined)
    return { error: `ServiceAccount ${namespace}/${name} has been deleted` };
  const uid = part('service-account.uid');
  if (account.metadata.uid !== uid)
    return { error: `ServiceAccount UID (${account.metadata.uid ?? ''}) does not match claim (${uid})` };
  return { user: accountUser(namespace, name, uid, undefined) };
}

function timeError(claims: JsonMap, now: number): string | undefined {
  const at = (key: string) => {
    const seconds = getOwn(claims, key);
    return typeof seconds === 'number' ? seconds * 1_000 : undefined;
  };
  const [expires, begins, issued] = [at('exp'), at('nbf'), at('iat')];
  if (begins !== undefined && now + LEEWAY_MS < begins) return 'service account token is not valid yet';
  // A token without an end is none of ours.
  if (expires === undefined || now - LEEWAY_MS > expires) return 'service account token has expired';
  if (issued !== undefined && now + LEEWAY_MS < issued)
    return 'service account token claims could not be validated due to unexpected validation error';
  return undefined;
}

function boundError(about: JsonMap, namespace: string, lookUp: LookUp, now: number): string | undefined {
  const bound: [kind: string, claim: string, id: string, key: (name: string) => string][] = [
    ['secret', 'secret', '/v1/secrets', (name) => `${namespace}/${name}`],
    ['pod', 'pod', '/v1/pods', (name) => `${namespace}/${name}`],
  ];
  // Beside a pod the node only says where it runs.
  if (getOwn(about, 'pod') === undefined) bound.push(['node', 'node', '/v1/nodes', (name) => name]);
  for (const [kind, claim, id, key] of bound) {
    if (getOwn(about, claim) === undefined) continue;
    const reference = mapOf(about, claim);
    const object = lookUp(id, key(textOf(reference, 'name')));
    if (object === undefined || isGone(object, now)) return 'service account token has been invalidated';
    const uid = textOf(reference, 'uid');
    if (object.metadata.uid !== uid) {
      return `${kind} UID (${object.metadata.uid ?? ''}) does not match service account ${kind} ref claim (${uid})`;
    }
  }
  return undefined;
}

function isGone({ metadata }: KubeObject, now: number): boolean {
  return metadata.deletionTimestamp !== undefined && Date.parse(metadata.deletionTimestamp) < now - LEEWAY_MS;
}

function userOf(claims: JsonMap, about: JsonMap, namespace: string, name: string): User {
  const extra: Record<string, string[]> = {};
  const id = textOf(claims, 'jti');
  if (id !== '') extra[CREDENTIAL_ID] = [`JTI=${id}`];
  for (const kind of ['node', 'pod']) {
    const reference = mapOf(about, kind);
    const [named, uid] = [textOf(reference, 'name'), textOf(reference, 'uid')];
    if (named !== '') extra[`${EXTRA}${kind}-name`] = [named];
    if (uid !== '') extra[`${EXTRA}${kind}-uid`] = [uid];
  }
  return accountUser(namespace, name, textOf(mapOf(about, 'serviceaccount'), 'uid'), extra);
}

function accountUser(namespace: string, name: string, uid: string, extra: User['extra']): User {
  return {
    name: accountUserName(namespace, name),
    uid,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
    ...(extra === undefined || Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

function referenceTo({ metadata }: KubeObject): Reference {
  return metadata.uid === undefined ? { name: metadata.name } : { name: metadata.name, uid: metadata.uid };
}

function mapOf(map: JsonMap, key: string): JsonMap {
  const value = getOwn(map, key);
  return isMap(value) ? value : {};
}

function textOf(map: JsonMap, key: string): string {
  const value = getOwn(map, key);
  return typeof value === 'string' ? value : '';
}
