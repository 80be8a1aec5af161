import type { User } from '../http/context.ts';
import { Authorities, lastOf, type ClientCertificate, type Connection } from './peer-certificate.ts';
import { CREDENTIAL_ID } from './verdict.ts';

/** The attribute of a subject that holds the user's uid: upstream's own number. */
const UID_ATTRIBUTE = '1.3.6.1.4.1.57683.2';

/** The user of a client certificate: CN is the name, each O a group. */
export class CertificateAuthenticator {
  readonly #authorities: Authorities;
  readonly #users = new WeakMap<ClientCertificate, User | null>();

  constructor(clientCa: string) {
    this.#authorities = new Authorities(clientCa);
  }

  /** @returns undefined for no certificate, and for one that is not believed (any more) */
  authenticate({ certificate }: Connection, now: number): User | undefined {
    if (certificate === undefined || !this.#authorities.vouchFor(certificate, now)) return undefined;
    let user = this.#users.get(certificate);
    if (user === undefined) {
      user = userOf(certificate) ?? null;
      this.#users.set(certificate, user);
    }
    return user ?? undefined;
  }
}

function userOf({ subject, fingerprint }: ClientCertificate): User | undefined {
  const name = lastOf(subject['CN']);
  if (name === '') return undefined;
  const organizations = subject['O'] ?? [];
  const uid = lastOf(subject[UID_ATTRIBUTE]);
  return {
    name,
    ...(uid === '' ? {} : { uid }),
    groups: [...(typeof organizations === 'string' ? [organizations] : organizations), 'system:authenticated'],
    extra: { [CREDENTIAL_ID]: [`X509SHA256=${fingerprint}`] },
  };
}
