import type { IncomingMessage } from 'node:http';
import { internalError } from '@wherry/apimachinery';
import { resourceAttributes, type Attributes, type Authorizer } from '../authorization/authorizer.ts';
import { refusal } from '../authorization/refusal.ts';
import type { User } from '../http/context.ts';

const GROUP = 'authentication.k8s.io';
const ANONYMOUS = 'system:anonymous';
const AUTHENTICATED = 'system:authenticated';
const UNAUTHENTICATED = 'system:unauthenticated';
const EXTRA = 'impersonate-extra-';

/** Who somebody wants to be. */
interface Wanted {
  name: string;
  groups: string[];
  uid: string;
  extra: Map<string, string[]>;
}

/**
 * The user that a request is to be judged by: the one of the Impersonate headers, each of which its sender must be
 * allowed to `impersonate`. Throws 403, and as upstream 500 for what is asked without a user.
 */
export function impersonate(sender: User, request: IncomingMessage, authorizer: Authorizer): User {
  const wanted = readHeaders(request.rawHeaders);
  if (wanted === undefined) return sender;
  const { name, groups, uid, extra } = wanted;
  const account = name.match(/^system:serviceaccount:([^:]+):([^:]+)$/);
  const check = (attributes: Attributes) => {
    const { allowed, reason } = authorizer.authorize(sender, attributes);
    if (!allowed) throw refusal(sender, attributes, reason);
  };
  const verb = 'impersonate';
  check(
    account === null
      ? resourceAttributes({ verb, resource: 'users', name })
      : resourceAttributes({ verb, resource: 'serviceaccounts', namespace: account[1]!, name: account[2]! }),
  );
  for (const group of groups) check(resourceAttributes({ verb, resource: 'groups', name: group }));
  for (const [key, values] of extra) {
    for (const value of values) {
      check(resourceAttributes({ verb, group: GROUP, resource: 'userextras', subresource: key, name: value }));
    }
  }
  if (uid !== '') check(resourceAttributes({ verb, group: GROUP, resource: 'uids', name: uid }));
  return {
    name,
    groups: groupsOf(name, groups, account?.[1]),
    ...(uid === '' ? {} : { uid }),
    ...(extra.size === 0 ? {} : { extra: Object.fromEntries(extra) }),
  };
}

/** What everyone is a member of comes by itself, unless the sender has said something about it. */
function groupsOf(name: string, groups: readonly string[], accountNamespace: string | undefined): string[] {
  const all =
    groups.length === 0 && accountNamespace !== undefined
      ? ['system:serviceaccounts', `system:serviceaccounts:${accountNamespace}`]
      : [...groups];
  if (name === ANONYMOUS) {
    if (!all.includes(UNAUTHENTICATED)) all.push(UNAUTHENTICATED);
  } else if (!all.includes(AUTHENTICATED) && !all.includes(UNAUTHENTICATED)) all.push(AUTHENTICATED);
  return all;
}

/** Raw, since Node joins repeated headers by commas, which may also be in the name of a group. */
function readHeaders(raw: readonly string[]): Wanted | undefined {
  const wanted: Wanted = { name: '', groups: [], uid: '', extra: new Map() };
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const header = raw[at]!.toLowerCase();
    const value = raw[at + 1]!;
    if (header === 'impersonate-user') wanted.name ||= value;
    else if (header === 'impersonate-uid') wanted.uid ||= value;
    else if (header === 'impersonate-group') wanted.groups.push(value);
    else if (header.startsWith(EXTRA)) {
      const key = unescape(header.slice(EXTRA.length));
      wanted.extra.set(key, [...(wanted.extra.get(key) ?? []), value]);
    }
  }
  const { name, groups, uid, extra } = wanted;
  if (name !== '') return wanted;
  if (groups.length === 0 && uid === '' && extra.size === 0) return undefined;
  const kinds = [
    ...groups.map((group) => `{Group  ${group}    }`),
    ...[...extra].flatMap(([key, values]) => values.map((value) => `{UserExtra  ${value}  ${GROUP}/v1  ${key}}`)),
    ...(uid === '' ? [] : [`{UID  ${uid}  ${GROUP}/v1  }`]),
  ];
  throw internalError(`requested [${kinds.join(' ')}] without impersonating a user`);
}

/** Keys are percent-encoded, since headers know no upper case. */
function unescape(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}
