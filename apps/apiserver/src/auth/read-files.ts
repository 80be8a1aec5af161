import { readFile } from 'node:fs/promises';
import type { FlagValues } from '@wherry/daemon';
import type { AuthenticationOptions } from './authenticator.ts';
import type { authenticationFlags } from './flags.ts';
import { readServiceAccountKeys } from './service-account-keys.ts';

/** The flags of authentication, and the files they name. @throws {Error} for a file that cannot be read, or is no key */
export async function readAuthentication(
  flags: FlagValues<typeof authenticationFlags>,
): Promise<Omit<AuthenticationOptions, 'clientCa'>> {
  const [signingKey, tokenFile, proxyCa, oidcCa] = await Promise.all(
    [flags.serviceAccountSigningKeyFile, flags.tokenAuthFile, flags.requestheaderClientCaFile, flags.oidcCaFile].map(
      read,
    ),
  );
  const serviceAccounts = readServiceAccountKeys({
    issuers: flags.serviceAccountIssuer,
    signingKey,
    keys: await Promise.all(flags.serviceAccountKeyFile.map((path) => readFile(path, 'utf8'))),
    maxExpirationSeconds: Math.floor(flags.serviceAccountMaxTokenExpiration / 1_000),
    extendExpiration: flags.serviceAccountExtendTokenExpiration,
    jwksUri: flags.serviceAccountJwksUri,
  });
  return {
    anonymous: flags.anonymousAuth,
    tokenFile,
    bootstrapTokens: flags.enableBootstrapTokenAuth,
    serviceAccounts,
    oidc:
      flags.oidcIssuerUrl === undefined
        ? undefined
        : {
            issuerUrl: flags.oidcIssuerUrl,
            clientId: flags.oidcClientId,
            ca: oidcCa,
            usernameClaim: flags.oidcUsernameClaim,
            usernamePrefix: flags.oidcUsernamePrefix,
            groupsClaim: flags.oidcGroupsClaim,
            groupsPrefix: flags.oidcGroupsPrefix,
            signingAlgs: flags.oidcSigningAlgs,
            requiredClaims: flags.oidcRequiredClaim,
          },
    audiences: flags.apiAudiences.length > 0 ? flags.apiAudiences : flags.serviceAccountIssuer,
    requestHeader:
      proxyCa === undefined
        ? undefined
        : {
            clientCa: proxyCa,
            allowedNames: flags.requestheaderAllowedNames,
            usernameHeaders: flags.requestheaderUsernameHeaders,
            uidHeaders: flags.requestheaderUidHeaders,
            groupHeaders: flags.requestheaderGroupHeaders,
            extraHeaderPrefixes: flags.requestheaderExtraHeadersPrefix,
          },
  };
}

async function read(path: string | undefined): Promise<string | undefined> {
  return path === undefined ? undefined : readFile(path, 'utf8');
}
