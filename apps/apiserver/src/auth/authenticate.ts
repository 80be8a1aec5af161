import type { TLSSocket } from 'node:tls';
import type { User } from '../http/context.ts';

const anonymous: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };
const identities = new WeakMap<object, User | null>();

/**
 * Who is at the other end of a connection: the CN and the Os of its client certificate. The verdict holds for the
 * life of the connection. @returns undefined for a certificate that our client CA did not sign, or that has expired.
 */
export function authenticate(socket: TLSSocket): User | undefined {
  let user = identities.get(socket);
  if (user === undefined) {
    user = identify(socket);
    identities.set(socket, user);
  }
  return user ?? undefined;
}

function identify(socket: TLSSocket): User | null {
  const certificate = socket.getPeerCertificate();
  const subject = certificate?.subject as { CN?: string | string[]; O?: string | string[] } | undefined;
  if (subject === undefined) return anonymous;
  if (!socket.authorized) return null;
  const name = Array.isArray(subject.CN) ? subject.CN.at(-1) : subject.CN;
  if (name === undefined || name === '') return null;
  const organizations = subject.O === undefined ? [] : Array.isArray(subject.O) ? subject.O : [subject.O];
  return { name, groups: [...organizations, 'system:authenticated'] };
}
