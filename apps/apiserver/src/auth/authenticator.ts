import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { User } from '../http/context.ts';
import { bearerToken } from './bearer-token.ts';
import { authenticateBootstrapToken } from './authenticate-bootstrap-token.ts';
import { CertificateAuthenticator } from './authenticate-certificate.ts';
import { FrontProxyAuthenticator, type RequestHeaderOptions } from './authenticate-front-proxy.ts';
import { OidcAuthenticator, type OidcOptions } from './authenticate-oidc.ts';
import { ServiceAccountAuthenticator } from './authenticate-service-account.ts';
import { parseTokenFile, StaticTokens } from './authenticate-static-token.ts';
import { connectionOf, type Connection } from './peer-certificate.ts';
import type { ServiceAccountKeys } from './service-account-keys.ts';
import type { LookUp, TokenVerdict } from './verdict.ts';

/** Which ways of saying who one is are believed. PEM and CSV are texts. */
export interface AuthenticationOptions {
  readonly anonymous: boolean;
  readonly clientCa: string;
  readonly requestHeader: RequestHeaderOptions | undefined;
  /** The content of --token-auth-file. */
  readonly tokenFile: string | undefined;
  readonly bootstrapTokens: boolean;
  readonly serviceAccounts: ServiceAccountKeys | undefined;
  readonly oidc: OidcOptions | undefined;
  /** What tokens have to be for when nobody says otherwise. */
  readonly audiences: readonly string[];
}

const anonymous: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };
const AUTHENTICATED = 'system:authenticated';

/** Who is asking: the chain of upstream, front proxy, certificate, token, and nobody at last. */
export class Authenticator {
  readonly options: AuthenticationOptions;
  readonly #now: () => number;
  readonly #frontProxy: FrontProxyAuthenticator | undefined;
  readonly #certificates: CertificateAuthenticator;
  readonly #oidc: OidcAuthenticator | undefined;
  readonly #tokens: readonly ((token: string, audiences: readonly string[], now: number) => TokenVerdict)[];

  constructor(options: AuthenticationOptions, lookUp: LookUp, now: () => number = Date.now) {
    this.options = options;
    this.#now = now;
    this.#frontProxy = options.requestHeader && new FrontProxyAuthenticator(options.requestHeader);
    this.#certificates = new CertificateAuthenticator(options.clientCa);
    const staticTokens =
      options.tokenFile === undefined ? undefined : new StaticTokens(parseTokenFile(options.tokenFile));
    const accounts =
      options.serviceAccounts && new ServiceAccountAuthenticator(options.serviceAccounts, options.audiences, lookUp);
    const oidc = options.oidc && new OidcAuthenticator(options.oidc);
    this.#oidc = oidc;
    this.#tokens = [
      ...(staticTokens ? [(token: string) => staticTokens.authenticate(token)] : []),
      ...(accounts
        ? [(token: string, audiences: readonly string[], at: number) => accounts.authenticate(token, audiences, at)]
        : []),
      ...(options.bootstrapTokens
        ? [(token: string, _: readonly string[], at: number) => authenticateBootstrapToken(token, lookUp, at)]
        : []),
      ...(oidc ? [(token: string, _: readonly string[], at: number) => oidc.authenticate(token, at)] : []),
    ];
  }

  /** Fetches what tokens of others are checked with, so that the first of them finds it. */
  async prepare(): Promise<void> {
    await this.#oidc?.refresh(this.#now());
  }

  /**
   * Who sends this request, before any impersonation. What proves it is taken out of the headers, so that it is not
   * passed on. @returns undefined for who claims something that is not believed, and is to be answered 401
   */
  authenticateRequest(request: IncomingMessage): User | undefined {
    return this.authenticateOn(connectionOf(socketOf(request)), request);
  }

  /** The same when the connection has been looked at: for tests. */
  authenticateOn(connection: Connection, request: Pick<IncomingMessage, 'headers' | 'rawHeaders'>): User | undefined {
    const now = this.#now();
    let claimed = false;
    const known =
      this.#frontProxy?.authenticate(connection, request, now) ?? this.#certificates.authenticate(connection, now);
    const presented = bearerToken(request.headers);
    if (known !== undefined) return withAuthenticated(known);
    // A certificate that is not believed is a claim as much as a token is.
    if (connection.certificate !== undefined) claimed = true;
    if (presented === 'malformed') claimed = true;
    else if (presented !== undefined) {
      const verdict = this.authenticateToken(presented.token, this.options.audiences);
      if ('user' in verdict) return verdict.user;
      claimed = true;
    }
    return claimed || !this.options.anonymous ? undefined : anonymous;
  }

  /** For requests and for TokenReviews. `error` says why not, where somebody knew the token. */
  authenticateToken(
    token: string,
    audiences: readonly string[],
  ): { user: User; audiences: readonly string[] | undefined } | { error: string } {
    const now = this.#now();
    const errors: string[] = [];
    for (const authenticate of this.#tokens) {
      const verdict = authenticate(token, audiences, now);
      if (verdict === undefined) continue;
      if ('user' in verdict) {
        const agreed = verdict.audiences ?? this.#agreed(audiences);
        if (agreed !== undefined) return { user: withAuthenticated(verdict.user), audiences: agreed };
        continue;
      }
      errors.push(verdict.error);
    }
    return { error: errors.length === 0 ? 'invalid bearer token' : `[invalid bearer token, ${errors.join(', ')}]` };
  }

  /** Tokens that name no audience are for this server. */
  #agreed(wanted: readonly string[]): readonly string[] | undefined {
    const own = this.options.audiences;
    const agreed = own.filter((audience) => wanted.includes(audience));
    return agreed.length > 0 || own.length === 0 ? agreed : undefined;
  }
}

function withAuthenticated(user: User): User {
  if (
    user.name === anonymous.name ||
    user.groups.includes(AUTHENTICATED) ||
    user.groups.includes('system:unauthenticated')
  )
    return user;
  return { ...user, groups: [...user.groups, AUTHENTICATED] };
}

/** With HTTP/2 the requests of a connection share its socket. */
function socketOf(request: IncomingMessage): TLSSocket {
  const session = (request as { stream?: { session?: { socket: TLSSocket } } }).stream?.session;
  return session ? session.socket : (request.socket as TLSSocket);
}
