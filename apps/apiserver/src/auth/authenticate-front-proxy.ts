import type { IncomingMessage } from 'node:http';
import type { User } from '../http/context.ts';
import { Authorities, lastOf, type Connection } from './peer-certificate.ts';

/** How a proxy in front of us says for whom it asks. Header names in any case. */
export interface RequestHeaderOptions {
  /** PEM: who signs the certificates of proxies. */
  readonly clientCa: string;
  /** CNs of the proxies that are believed; empty: any that the authority signed. */
  readonly allowedNames: readonly string[];
  readonly usernameHeaders: readonly string[];
  readonly uidHeaders: readonly string[];
  readonly groupHeaders: readonly string[];
  readonly extraHeaderPrefixes: readonly string[];
}

/** The user whom a proxy with a certificate of its own names in headers. Without the certificate they mean nothing. */
export class FrontProxyAuthenticator {
  readonly #options: RequestHeaderOptions;
  readonly #authorities: Authorities;

  constructor(options: RequestHeaderOptions) {
    const lower = (names: readonly string[]) => names.map((name) => name.toLowerCase());
    this.#authorities = new Authorities(options.clientCa);
    this.#options = {
      ...options,
      usernameHeaders: lower(options.usernameHeaders),
      uidHeaders: lower(options.uidHeaders),
      groupHeaders: lower(options.groupHeaders),
      extraHeaderPrefixes: lower(options.extraHeaderPrefixes),
    };
  }

  authenticate(
    { certificate }: Connection,
    request: Pick<IncomingMessage, 'headers' | 'rawHeaders'>,
    now: number,
  ): User | undefined {
    if (certificate === undefined || !this.#authorities.vouchFor(certificate, now)) return undefined;
    const { allowedNames, usernameHeaders, uidHeaders, groupHeaders, extraHeaderPrefixes } = this.#options;
    if (allowedNames.length > 0 && !allowedNames.includes(lastOf(certificate.subject['CN']))) return undefined;
    const values = headerValues(request.rawHeaders);
    const first = (names: readonly string[]) =>
      names.map((name) => values.get(name)?.[0] ?? '').find((text) => text !== '');
    const name = first(usernameHeaders)?.trim();
    if (name === undefined || name === '') return undefined;
    const groups = groupHeaders.flatMap((header) => values.get(header) ?? []).filter((group) => group !== '');
    const uid = first(uidHeaders);
    const extra = extraOf(values, extraHeaderPrefixes);
    const user = { name, ...(uid === undefined ? {} : { uid }), groups, extra };
    this.#takeOut(request);
    return user;
  }

  /** They must not be passed on to what is behind us. */
  #takeOut({ headers }: Pick<IncomingMessage, 'headers'>): void {
    const { usernameHeaders, uidHeaders, groupHeaders, extraHeaderPrefixes } = this.#options;
    for (const header of [...usernameHeaders, ...uidHeaders, ...groupHeaders]) delete headers[header];
    for (const header of Object.keys(headers)) {
      if (extraHeaderPrefixes.some((prefix) => header.startsWith(prefix))) delete headers[header];
    }
  }
}

/** Each value apart, as it was sent: joined ones could not be told from one with a comma in it. */
function headerValues(rawHeaders: readonly string[]): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!.toLowerCase();
    const known = values.get(name);
    if (known === undefined) values.set(name, [rawHeaders[at + 1]!]);
    else known.push(rawHeaders[at + 1]!);
  }
  return values;
}

function extraOf(
  values: ReadonlyMap<string, readonly string[]>,
  prefixes: readonly string[],
): Record<string, string[]> {
  const extra = new Map<string, string[]>();
  for (const [name, texts] of values) {
    const prefix = prefixes.find((candidate) => name.startsWith(candidate));
    if (prefix === undefined) continue;
    const key = unescaped(name.slice(prefix.length));
    extra.set(key, [...(extra.get(key) ?? []), ...texts]);
  }
  return Object.fromEntries(extra);
}

/** Keys are percent-encoded, since headers do not carry every character; what is no such text is taken as it stands. */
function unescaped(key: string): string {
  try {
    return decodeURIComponent(key).toLowerCase();
  } catch {
    return key;
  }
}
