import type { ApiserverOptions } from '../options.ts';
import type { AuthenticationOptions } from './authenticator.ts';

/** What is not said is upstream's default. */
export function authenticationOf({ clientCa, authentication = {} }: ApiserverOptions): AuthenticationOptions {
  return {
    anonymous: true,
    requestHeader: undefined,
    tokenFile: undefined,
    bootstrapTokens: false,
    serviceAccounts: undefined,
    oidc: undefined,
    audiences: authentication.serviceAccounts?.issuers ?? [],
    ...authentication,
    clientCa,
  };
}

/** Whose certificates TLS asks clients for; which of them means what is seen later. */
export function clientAuthorities({ clientCa, authentication }: ApiserverOptions): string[] {
  const proxies = authentication?.requestHeader?.clientCa;
  return proxies === undefined ? [clientCa] : [clientCa, proxies];
}
