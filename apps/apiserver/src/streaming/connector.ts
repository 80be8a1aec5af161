import type { ClientRequest, OutgoingHttpHeaders } from 'node:http';
import { Agent, request } from 'node:https';
import { isIP } from 'node:net';
import { http } from '../http/node-http.ts';

export interface KubeletIdentity {
  cert: string;
  key: string;
  /** Absent: the kubelet's certificate is not verified, as upstream without --kubelet-certificate-authority. */
  ca?: string | undefined;
}

/** Where a backend listens. `address` has been resolved and found to be allowed. */
export interface Endpoint {
  scheme: 'http' | 'https';
  address: string;
  port: number;
  /** The name it was found by, for its certificate. */
  host: string;
  /** A kubelet is shown the apiserver's certificate, and has its own checked. */
  kubelet: boolean;
}

export interface Outgoing {
  method: string;
  path: string;
  headers: OutgoingHttpHeaders;
  /** Takes a connection of its own. */
  upgrade: boolean;
  signal: AbortSignal;
  /** The certificate of the backend is not looked at. */
  insecure?: boolean | undefined;
  /** How long the head of the answer may take. */
  answerTimeoutMs?: number | undefined;
}

const ANSWER_TIMEOUT_MS = 30_000;
const MAX_IDLE_SOCKETS = 16;

/** The apiserver's connections to kubelets, pods and services. Redirects are never followed. */
export class Connector {
  readonly #tls: { cert?: string; key?: string; ca?: string; rejectUnauthorized: boolean };
  readonly #kubelets: Agent;
  readonly #insecureKubelets: Agent;
  readonly #plain = new http.Agent({ keepAlive: false });
  readonly #secure = new Agent({ keepAlive: false, rejectUnauthorized: false });

  constructor(identity: KubeletIdentity | undefined) {
    const ca = identity?.ca;
    this.#tls = {
      ...(identity ? { cert: identity.cert, key: identity.key } : {}),
      ...(ca === undefined ? {} : { ca }),
      rejectUnauthorized: ca !== undefined,
    };
    const kept = { keepAlive: true, maxFreeSockets: MAX_IDLE_SOCKETS, timeout: 60_000 };
    this.#kubelets = new Agent({ ...kept, ...this.#tls });
    this.#insecureKubelets = new Agent({ ...this.#tls, rejectUnauthorized: false });
  }

  /** A request that has been begun; its body, if any, and its end are the caller's. */
  open(to: Endpoint, outgoing: Outgoing): ClientRequest {
    const { method, path, headers, signal, upgrade, insecure = false } = outgoing;
    const common = { host: to.address, port: to.port, method, path, headers, signal, setHost: false };
    const all = { ...common, headers: { host: hostAndPort(to), ...headers } };
    const sent =
      to.scheme === 'http'
        ? http.request({ ...all, agent: upgrade ? false : this.#plain })
        : request({
            ...all,
            ...(isIP(to.host) === 0 ? { servername: to.host } : {}),
            ...this.#security(to, upgrade, insecure),
          });
    const timeoutMs = outgoing.answerTimeoutMs ?? ANSWER_TIMEOUT_MS;
    // Bounds the way to the answer's head; what streams after it may be silent for long.
    const timer = setTimeout(() => sent.destroy(new Error(`no answer from ${hostAndPort(to)} in time`)), timeoutMs);
    const answered = () => clearTimeout(timer);
    sent.once('response', answered).once('upgrade', answered).once('close', answered);
    return sent;
  }

  close(): void {
    for (const agent of [this.#kubelets, this.#insecureKubelets, this.#plain, this.#secure]) agent.destroy();
  }

  #security({ kubelet }: Endpoint, upgrade: boolean, insecure: boolean) {
    if (!kubelet) return upgrade ? { agent: false as const, rejectUnauthorized: false } : { agent: this.#secure };
    if (!upgrade) return { agent: insecure ? this.#insecureKubelets : this.#kubelets };
    return { agent: false as const, ...this.#tls };
  }
}

export function hostAndPort({ host, port }: Pick<Endpoint, 'host' | 'port'>): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
