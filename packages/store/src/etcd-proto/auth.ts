import { bool, uint64 } from './kinds.ts';
import { responseHeader } from './kv.ts';
import { message, single } from './message.ts';

export const authStatusRequest = message('AuthStatusRequest', {});
export const authStatusResponse = message('AuthStatusResponse', {
  header: single(1, responseHeader),
  enabled: single(2, bool),
  authRevision: single(3, uint64),
});

/** For those calls of the Auth service of which only the name matters: any request is taken, none is answered. */
export const anyRequest = message('AuthRequest', {});
export const noResponse = message('AuthResponse', {});
