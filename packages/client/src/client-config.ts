import type { ExecPlugin } from './exec-credential.ts';

/** How to reach and be known to an apiserver. Certificates and keys are PEM texts, never paths. */
export interface ClientConfig {
  /** Base URLs, tried in order; the one that answered last is kept. At least one. */
  readonly servers: readonly string[];
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly token?: string | undefined;
  /** Read again at most once a minute, so that rotated tokens are picked up. */
  readonly tokenFile?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly insecureSkipTlsVerify?: boolean | undefined;
  /** Name to verify the server certificate against, when it is not the host of the URL. */
  readonly tlsServerName?: string | undefined;
  /** Asked for a token when the one at hand has ended; its certificates hold for the client's life. */
  readonly exec?: ExecPlugin | undefined;
  /** When `token` ends; only beside `exec`. */
  readonly tokenExpiresAtMs?: number | undefined;
  readonly userAgent?: string | undefined;
  readonly impersonate?: Impersonation | undefined;
}

export interface Impersonation {
  readonly user: string;
  readonly uid?: string | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly extra?: Readonly<Record<string, readonly string[]>> | undefined;
}
