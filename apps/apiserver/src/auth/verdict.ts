import type { KubeObject } from '@wherry/apimachinery';
import type { User } from '../http/context.ts';

/** What one authenticator makes of a token: whose it is, why it is not believed, or undefined: none of its own. */
export type TokenVerdict =
  | { readonly user: User; readonly audiences?: readonly string[] | undefined }
  | { readonly error: string }
  | undefined;

/** An object by `group/version/plural` and its key, from the cache. */
export type LookUp = (id: string, key: string) => KubeObject | undefined;

/** Which credential a request came with: in `extra` of the user, as upstream. */
export const CREDENTIAL_ID = 'authentication.kubernetes.io/credential-id';
