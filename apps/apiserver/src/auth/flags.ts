import { booleanFlag, durationFlag, listFlag, mapFlag, stringFlag } from '@wherry/daemon';

/** Upstream's flags of authentication. */
export const authenticationFlags = {
  anonymousAuth: booleanFlag('who shows no credentials is system:anonymous, and not refused at once', true),
  tokenAuthFile: stringFlag('CSV of tokens that are believed: token,user,uid,"group1,group2"'),
  enableBootstrapTokenAuth: booleanFlag(
    'Secrets of type bootstrap.kubernetes.io/token in kube-system let nodes join',
    false,
  ),
  serviceAccountSigningKeyFile: stringFlag('the private key that service-account tokens are signed with, PEM'),
  serviceAccountKeyFile: listFlag(
    'public keys that tokens of service accounts are checked with, PEM; the signing key’s own unless told',
    [],
  ),
  serviceAccountIssuer: listFlag('the issuer named in service-account tokens; the first makes them, all are believed', [
    'https://kubernetes.default.svc.cluster.local',
  ]),
  serviceAccountJwksUri: stringFlag('where the keys of service-account tokens are published, when that is elsewhere'),
  serviceAccountMaxTokenExpiration: durationFlag('the longest life of a token that is asked for; 0 is any', 0),
  serviceAccountExtendTokenExpiration: booleanFlag(
    'the tokens in pods are good for a year, for clients that read them only once',
    true,
  ),
  apiAudiences: listFlag('what tokens have to be for; the issuers unless told', []),
  oidcIssuerUrl: stringFlag('the OpenID Connect issuer whose ID tokens are believed; https'),
  oidcClientId: stringFlag('the client that ID tokens have to be for', ''),
  oidcCaFile: stringFlag('the authority of the issuer’s certificate, PEM; the host’s own unless told'),
  oidcUsernameClaim: stringFlag('the claim that is the user’s name', 'sub'),
  oidcUsernamePrefix: stringFlag('what such names begin with; - is nothing, and the issuer and # unless told'),
  oidcGroupsClaim: stringFlag('the claim that holds groups'),
  oidcGroupsPrefix: stringFlag('what such groups begin with', ''),
  oidcSigningAlgs: listFlag('algorithms of signatures that are taken', ['RS256']),
  oidcRequiredClaim: mapFlag('claims that have to be there, with their values'),
  requestheaderClientCaFile: stringFlag('the authority of proxies that say in headers for whom they ask, PEM'),
  requestheaderAllowedNames: listFlag('common names of such proxies; any when empty', []),
  requestheaderUsernameHeaders: listFlag('headers with the user’s name', []),
  requestheaderUidHeaders: listFlag('headers with the user’s uid', []),
  requestheaderGroupHeaders: listFlag('headers with a group', []),
  requestheaderExtraHeadersPrefix: listFlag('what headers with more about the user begin with', []),
};
